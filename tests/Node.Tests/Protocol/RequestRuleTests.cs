using System.Buffers;
using FastRegistry.Node.Requests;
using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;
using HeldList = FastRegistry.Registry.Services.HeldList;
using Instance = FastRegistry.Wire.Messages.Instance;

namespace FastRegistry.Node.Tests.Protocol;

/// <summary>Rules of sections 4, 6 and 7 of <c>docs/protocol.md</c> about order, workers, cancelling, publishing and sets in parts.</summary>
public sealed class RequestRuleTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("Q-2", "Q-6")]
    public void Names_are_listed_by_a_worker_and_what_was_asked_later_is_answered_first()
    {
        RawClient client = _node.Connect();
        client.WriteWithoutPump([
            .. RawClient.RequestBytes(MessageType.ListServices, 1, new ListServicesRequest()),
            .. RawClient.RequestBytes(MessageType.Register, 2, new RegisterRequest { Name = "s", Instance = NewInstance(1) }),
            .. RawClient.RequestBytes(MessageType.Query, 3, new QueryRequest { Name = "s" }),
        ]);
        List<ReceivedFrame> answers = client.ReadAll();

        // The list of names shows what was registered behind it.
        Assert.Equal([2UL, 3UL, 1UL], answers.Select(static answer => answer.CorrelationId));
        Assert.Equal([1], answers[1].Answer(Snapshot.Parser).Ports());
        Assert.Equal(["s"], answers[2].Answer(ListServicesReply.Parser).Names);
    }

    [Fact]
    [ProtocolRule("Q-6", "Q-2")]
    public void A_list_of_more_than_64_instances_that_is_not_made_yet_is_made_by_a_worker()
    {
        RawClient client = _node.Connect();
        client.Publish("small", 64, bytesEach: 1);
        client.Publish("large", 65, bytesEach: 1);
        client.WriteWithoutPump([
            .. RawClient.RequestBytes(MessageType.Query, 1, new QueryRequest { Name = "large" }),
            .. RawClient.RequestBytes(MessageType.Query, 2, new QueryRequest { Name = "small" }),
        ]);

        Assert.Equal([2UL, 1UL], client.ReadAll().Select(static answer => answer.CorrelationId));
    }

    [Fact]
    [ProtocolRule("Q-6", "Q-7", "Q-9")]
    public void A_request_above_64_KiB_is_handled_by_a_worker_and_nothing_behind_it_is_read_meanwhile()
    {
        RawClient client = _node.Connect();
        BatchRegisterRequest large = new() { Name = "s" };
        large.Instances.AddRange(RawClientFrames.Instances(1, 70));
        Assert.True(large.CalculateSize() > 65_536);
        client.WriteWithoutPump([
            .. RawClient.RequestBytes(MessageType.BatchRegister, 1, large),
            .. RawClient.RequestBytes(MessageType.Query, 2, new QueryRequest { Name = "s" }),
            .. RawClient.FrameBytes(new FrameHeader(8, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), new byte[8]),
        ]);
        _node.PumpTransports();
        Assert.Equal(0, _node.Registry.PublicationCount);

        List<ReceivedFrame> answers = client.ReadAll();
        Assert.Equal(1UL, answers[0].CorrelationId);
        Assert.Equal(70, answers.Single(static answer => answer.CorrelationId == 2).Answer(Snapshot.Parser).Instances.Count);
        Assert.Equal(FrameKind.Pong, answers.Single(static answer => answer.CorrelationId == 0).Kind);
    }

    [Fact]
    [ProtocolRule("T-14", "Q-5", "T-12")]
    public void Cancelling_a_request_ends_the_stream_of_its_answer()
    {
        RawClient client = _node.Connect();
        client.Publish("s", 1_000);
        client.GivesCredit = false;
        ulong id = client.Request(MessageType.Query, new QueryRequest { Name = "s" });
        Assert.Null(client.TryRead());
        Assert.Equal(1, client.OpenStreams);
        client.Cancel(id);

        Assert.Null(client.TryRead());
        Assert.Equal((1, 0), (client.StreamResets, client.OpenStreams));
        client.GivesCredit = true;
        Assert.Equal(1_000, client.Query("s").Instances.Count);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("T-14", "S-12")]
    public void Unsubscribing_ends_the_stream_of_its_list()
    {
        RawClient client = _node.Connect();
        client.Publish("s", 1_000);
        client.GivesCredit = false;
        client.TrySubscribe(NewSubscription(7, "s"));
        Assert.Null(client.TryRead());
        Assert.Equal(1, client.OpenStreams);

        Assert.True(client.Unsubscribe(7));
        Assert.Null(client.TryRead());
        Assert.Equal((1, 0), (client.StreamResets, client.OpenStreams));
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("P-1")]
    public void Registering_again_replaces_the_whole_instance()
    {
        RawClient client = _node.Connect();
        client.Register("s", NewInstance(1, weight: 5, metadata: "m"));
        client.Register("s", 1);

        Instance listed = Assert.Single(client.Query("s").Instances);
        Assert.Equal(new Instance { Ip = "10.0.0.1", Port = 1 }, listed);
    }

    [Fact]
    [ProtocolRule("L-5")]
    public void A_service_that_nobody_registered_has_an_empty_list()
    {
        Snapshot list = _node.Connect().Query("nobody");

        Assert.Empty(list.Instances);
        Assert.Equal((EmptyReason.NeverSeen, "public", "DEFAULT_GROUP", "nobody"), (list.EmptyReason, list.Namespace, list.Group, list.Name));
    }

    [Fact]
    [ProtocolRule("P-6", "P-5")]
    public void The_last_part_of_a_replacing_set_removes_what_no_part_named()
    {
        RawClient client = _node.Connect();
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2), NewInstance(9));
        RawClient other = _node.Connect();
        other.Register("s", 7);
        Part(client, 3, more: true, 1, 3);
        Assert.Equal([1, 2, 3, 7, 9], client.Query("s").Ports());
        Part(client, 3, more: true, 4);
        Assert.Equal([1, 2, 3, 4, 7, 9], client.Query("s").Ports());
        Part(client, 3, more: false, 2);

        Assert.Equal([1, 2, 3, 4, 7], client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-7")]
    public void A_part_of_another_set_drops_the_open_one_and_removes_nothing()
    {
        RawClient client = _node.Connect();
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        Part(client, 3, more: true, 3);
        Part(client, 4, more: true, 4);
        Assert.Equal([1, 2, 3, 4], client.Query("s").Ports());
        Part(client, 4, more: false, 5);

        // What set 3 had named is not of set 4.
        Assert.Equal([4, 5], client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-7")]
    public void Sets_of_several_services_and_requests_without_a_set_leave_each_other_alone()
    {
        RawClient client = _node.Connect();
        Part(client, "s", 3, more: true, 1);
        Part(client, "t", 3, more: true, 1);
        client.Batch("s", replace: false, NewInstance(8));
        Part(client, "t", 3, more: false, 2);
        Part(client, "s", 3, more: false, 2);

        Assert.Equal([1, 2], client.Query("t").Ports());
        Assert.Equal([1, 2], client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-7")]
    public void The_end_of_a_session_drops_its_open_set_and_removes_nothing()
    {
        byte[] id = RawClient.NewInstanceId();
        RawClient client = _node.Connect(id);
        client.Batch("s", replace: false, NewInstance(1), NewInstance(2));
        Part(client, 3, more: true, 3);
        RawClient again = _node.Connect(id);

        Assert.Equal([1, 2, 3], again.Query("s").Ports());
        Part(again, 3, more: false, 4);
        Assert.Equal([4], again.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-7", "P-2")]
    public void A_part_that_is_refused_leaves_the_set_as_it_was()
    {
        RawClient client = _node.Connect();
        Part(client, 3, more: true, 1);
        BatchRegisterRequest bad = new() { Name = "s", Replace = true, Set = 3, More = true, Instances = { NewInstance(2), NewInstance(70_000) } };
        Assert.Equal("instances[1].port", client.Call(MessageType.BatchRegister, bad).Error.Field);
        Part(client, 3, more: false, 4);

        Assert.Equal([1, 4], client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-8", "P-10")]
    public void Open_sets_name_no_more_than_a_client_may_publish()
    {
        using NodeFixture node = new(limits: new Configuration.LimitOptions { PublicationsPerClient = 3 });
        RawClient client = node.Connect();
        Part(client, "s", 3, more: true, 1, 2);
        BatchRegisterRequest tooMuch = new() { Name = "t", Replace = true, Set = 1, More = true, Instances = { NewInstance(1), NewInstance(2) } };

        Assert.Equal((uint)ErrorCode.LimitExceeded, client.Call(MessageType.BatchRegister, tooMuch).Error.Code);
        Assert.Empty(client.Query("t").Instances);
        Part(client, "s", 3, more: false, 3);
        Assert.Equal([1, 2, 3], client.Query("s").Ports());
    }

    [Fact]
    [ProtocolRule("P-8")]
    public void More_needs_a_set()
    {
        BatchRegisterRequest request = new() { Name = "s", More = true, Instances = { NewInstance(1) } };

        ErrorReply error = _node.Connect().Call(MessageType.BatchRegister, request).Error;
        Assert.Equal(((uint)ErrorCode.InvalidArgument, "set"), (error.Code, error.Field));
    }

    [Fact]
    [ProtocolRule("E-4")]
    public void A_request_that_fails_inside_the_node_is_an_internal_error()
    {
        byte[] body = new RegisterRequest { Name = "s", Instance = NewInstance(1) }.ToByteArray();
        Assert.True(_node.Node.Services.Naming.TryRunNow(new FailingCaller(), MessageType.Register, new ReadOnlySequence<byte>(body), out NamingAnswer answer, out _));

        Assert.Equal((ErrorCode.Internal, false), (answer.Error!.Code, answer.Error.Retryable));
        Assert.Contains(_node.Log.Lines, static line => line.Contains("Register", StringComparison.Ordinal));
        _node.Log.Lines.Clear();
    }

    private static void Part(RawClient client, uint set, bool more, params int[] ports) => Part(client, "s", set, more, ports);

    private static void Part(RawClient client, string service, uint set, bool more, params int[] ports)
    {
        BatchRegisterRequest part = new() { Name = service, Replace = true, Set = set, More = more };
        part.Instances.AddRange(ports.Select(static port => NewInstance(port)));
        client.Call(MessageType.BatchRegister, part).Answer(RegisterReply.Parser);
    }

    /// <summary>A session with a fault.</summary>
    private sealed class FailingCaller : INamingCaller
    {
        public long Id => 1;

        public RegistryClient Client => throw new InvalidOperationException("a fault of the node");

        public string DefaultNamespace => "public";

        public byte[] DefaultNamespaceUtf8 => [.. "public"u8];

        public string? RemoteAddress => null;

        public OpenSets OpenSets => throw new InvalidOperationException("a fault of the node");

        public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, HeldList held, int maximum) => throw new InvalidOperationException("a fault of the node");

        public bool Unsubscribe(ulong id) => throw new InvalidOperationException("a fault of the node");
    }
}
