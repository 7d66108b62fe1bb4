using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Admission;

public sealed class NativeStatusTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    public static TheoryData<string, string, bool> Matrix => StatusMatrix.For(StatusMatrix.Native);

    [Theory]
    [ProtocolRule("E-3")]
    [MemberData(nameof(Matrix))]
    public void Each_status_serves_what_it_should_and_refuses_the_rest(string status, string operation, bool served)
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        client.Subscribe(1, "s");
        _node.Node.Switch("overriddenServerStatus", status);
        MessageType type = Enum.Parse<MessageType>(operation);
        ReceivedFrame answer = client.Call(type, RequestOf(type));

        Assert.Equal(!served, answer.IsError);
        if (!served)
        {
            ErrorReply error = answer.Error;
            Assert.Equal((uint)ErrorCode.Unavailable, error.Code);
            Assert.True(error.Retryable);
            Assert.Equal(1_000u, error.RetryAfterMilliseconds);
            string words = type == MessageType.BatchRegister ? "batch register" : type == MessageType.ListServices ? "list services" : operation.ToLowerInvariant();
            Assert.Equal($"the status of this node is {status}: {words} is refused", error.Text);
        }

        // The same request, as soon as the operator takes his word back.
        _node.Node.Switch("overriddenServerStatus", "null");
        Assert.False(client.Call(type, RequestOf(type)).IsError);
    }

    [Theory]
    [ProtocolRule("E-3")]
    [InlineData("STARTING")]
    [InlineData("DOWN")]
    [InlineData("PAUSED")]
    [InlineData("READ_ONLY")]
    [InlineData("WRITE_ONLY")]
    public void Set_up_heartbeats_acks_pushes_and_the_end_of_a_session_always_work(string status)
    {
        RawClient mortal = _node.Connect();
        mortal.Register("s", 1);
        RawClient watcher = _node.Connect();
        watcher.Subscribe(1, "s");
        _node.Node.Switch("overriddenServerStatus", status);

        RawClient late = _node.Connect();
        late.Ping(7);
        Assert.Equal(FrameKind.Pong, late.Read().Kind);
        mortal.Close();
        ReceivedFrame push = watcher.Read();
        Assert.Empty(push.Pushed.Instances);
        watcher.Acknowledge(push.PushNumber);
        Assert.Equal(push.PushNumber, watcher.Session.AcknowledgedPush);
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    [Fact]
    public void A_node_is_starting_until_it_is_started()
    {
        using NodeFixture node = new(start: false);
        RawClient client = node.Connect();
        Assert.Equal(ServerStatus.Starting, node.Node.Status.Current);
        Assert.Equal("the status of this node is STARTING: register is refused", client.TryRegister("s", 1).Error.Text);
        node.Node.Start();

        Assert.Equal(ServerStatus.Up, node.Node.Status.Current);
        client.Register("s", 1);
    }

    [Fact]
    public void A_node_that_warms_up_is_up()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions());
        Assert.True(node.Registry.IsProvisional);
        Assert.Equal(ServerStatus.Up, node.Node.Status.Current);
        RawClient client = node.Connect();
        client.Register("s", 1);
        Assert.True(client.Query("s").Provisional);
    }

    [Fact]
    public void What_a_read_only_node_refused_is_not_in_any_list()
    {
        RawClient client = _node.Connect();
        client.Register("s", 1);
        _node.Node.Switch("overriddenServerStatus", "READ_ONLY");
        Assert.True(client.TryRegister("s", 2).IsError);
        Assert.True(client.TryBatch("s", replace: true).IsError);
        Assert.Equal([1], client.Query("s").Ports());
    }

    private static IMessage RequestOf(MessageType type) => type switch
    {
        MessageType.Register => new RegisterRequest { Name = "s", Instance = NewInstance(2) },
        MessageType.BatchRegister => new BatchRegisterRequest { Name = "s", Instances = { NewInstance(3) } },
        MessageType.Deregister => new DeregisterRequest { Name = "s", Keys = { new InstanceKey { Ip = "10.0.0.1", Port = 1 } } },
        MessageType.Query => new QueryRequest { Name = "s" },
        MessageType.ListServices => new ListServicesRequest(),
        MessageType.Subscribe => new SubscribeRequest { Subscriptions = { new Subscription { Id = 2, Name = "s" } } },
        _ => new UnsubscribeRequest { SubscriptionId = 1 },
    };
}
