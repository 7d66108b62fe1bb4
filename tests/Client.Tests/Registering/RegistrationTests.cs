using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Registering;

public sealed class RegistrationTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task The_setup_names_the_client_and_comes_first()
    {
        await _fixture.ConnectAsync(options => options with { Namespace = "blue", Labels = options.Labels.Add("app", "shop") });
        ReceivedFrame first = Server.Frames[0];
        SetupRequest setup = first.Parse<SetupRequest>();
        Assert.Equal(MessageType.Setup, first.Type);
        Assert.Equal(("tests", "blue", 16), (setup.ClientName, setup.DefaultNamespace, setup.ClientInstanceId.Length));
        Assert.Equal((ulong)Capabilities.All, setup.Capabilities);
        Assert.Equal(new Label { Key = "app", Value = "shop" }, Assert.Single(setup.Labels));
        Assert.Equal(1ul, setup.ConnectionNumber);
        Assert.Equal(new Limits { Streams = 16, StreamBytes = 256 * 1024 * 1024, StreamCreditBytes = 256 * 1024 }, setup.Limits);
    }

    [Fact]
    public async Task An_instance_is_registered_as_given_and_listed_as_registered()
    {
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance instance = new("10.0.0.1", 80) { Weight = 2.5, Enabled = false, Cluster = "c1", Metadata = Metadata("zone", "a") };
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, instance));
        RegisterRequest request = Assert.Single(Server.Requests(MessageType.Register)).Parse<RegisterRequest>();
        Assert.Equal(("", ServiceKey.DefaultGroup, "orders"), (request.Namespace, request.Group, request.Name));
        Assert.Equal(instance, request.Instance.ToInstance());
        RegistrationStatus status = Assert.Single(client.GetRegistrations());
        Assert.Equal((new ServiceKey("public", ServiceKey.DefaultGroup, "orders"), RegistrationState.Registered), (status.Service, status.State));
    }

    [Fact]
    public async Task Another_namespace_goes_into_the_request()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("green", "g", "orders"), new RegistryInstance("10.0.0.1", 80)));
        Assert.Equal("green", Server.Requests(MessageType.Register)[0].Parse<RegisterRequest>().Namespace);
    }

    [Fact]
    public async Task A_batch_is_one_request()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(
            Orders, [new RegistryInstance("10.0.0.1", 80), new RegistryInstance("10.0.0.1", 80) { Cluster = "other" }]));
        BatchRegisterRequest request = Assert.Single(Server.Requests(MessageType.BatchRegister)).Parse<BatchRegisterRequest>();
        Assert.Equal(2, request.Instances.Count);
        Assert.False(request.Replace);
    }

    [Fact]
    public async Task Deregistering_names_the_keys_and_ends_the_registration()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, [new RegistryInstance("10.0.0.1", 80), new RegistryInstance("10.0.0.2", 80)]));
        await _fixture.CompletesAsync(client.DeregisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)));
        InstanceKey key = Assert.Single(Server.Requests(MessageType.Deregister)[0].Parse<DeregisterRequest>().Keys);
        Assert.Equal(("10.0.0.1", 80u), (key.Ip, key.Port));
        Assert.Equal("10.0.0.2", Assert.Single(Assert.Single(client.GetRegistrations()).Instances).Ip);
        await _fixture.CompletesAsync(client.DeregisterAsync(Orders, new RegistryInstance("10.0.0.2", 80)));
        Assert.Empty(client.GetRegistrations());
    }

    [Fact]
    public async Task An_error_reply_keeps_its_code_field_and_advice_and_leaves_nothing_registered()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => new ErrorReply
        {
            Code = (uint)ErrorCode.Overloaded,
            Field = "instance.weight",
            Text = "no",
            Retryable = true,
            RetryAfterMilliseconds = 250,
        };
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)));
        Assert.Equal((RegistryErrorCode.Overloaded, "instance.weight", true), (failure.Code, failure.Field, failure.Retryable));
        Assert.Equal(TimeSpan.FromMilliseconds(250), failure.RetryAfter);
        Assert.Empty(client.GetRegistrations());
    }

    [Fact]
    [ProtocolRule("E-2")]
    public async Task An_unknown_error_code_is_an_internal_error()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => new ErrorReply { Code = 999, Text = "future" };
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)));
        Assert.Equal((RegistryErrorCode.Internal, null), (failure.Code, failure.Field));
    }

    [Fact]
    public async Task An_unanswered_registration_times_out_and_what_it_may_have_left_is_taken_back()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => null;
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)));
        Assert.Equal((RegistryErrorCode.TimedOut, true), (failure.Code, failure.Retryable));
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        BatchRegisterRequest request = Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>();
        Assert.True(request.Replace);
        Assert.Empty(request.Instances);
        await _fixture.UntilAsync(() => client.GetRegistrations().Count == 0);
    }

    [Fact]
    public async Task Cancelling_a_call_sends_cancel_for_its_correlation()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => null;
        using CancellationTokenSource cancellation = new();
        Task call = client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80), cancellation.Token).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 1);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _fixture.UntilAsync(() => Server.Of(FrameKind.Cancel).Count == 1);
        Assert.Equal(Server.Requests(MessageType.Register)[0].Header.CorrelationId, Server.Of(FrameKind.Cancel)[0].Header.CorrelationId);
    }

    [Fact]
    public async Task Without_a_connection_registering_fails_after_the_request_timeout_and_is_not_kept()
    {
        Server.IsDown = true;
        NamingClient client = _fixture.CreateClient();
        long before = _fixture.Time.GetTimestamp();
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)));
        Assert.Equal((RegistryErrorCode.NotConnected, true), (failure.Code, failure.Retryable));
        Assert.InRange(TimeSpan.FromTicks(_fixture.Time.GetTimestamp() - before).TotalSeconds, 2.9, 3.5);
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
        await _fixture.PassAsync(TimeSpan.FromMilliseconds(500));
        Assert.Empty(Server.Requests(MessageType.Register));
        Assert.Empty(Server.Requests(MessageType.BatchRegister));
    }

    [Fact]
    public async Task Registering_while_connecting_waits_for_the_connection()
    {
        Server.IsDown = true;
        NamingClient client = _fixture.CreateClient();
        Task call = client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80)).AsTask();
        await _fixture.PassAsync(TimeSpan.FromMilliseconds(300));
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        await call;
        Assert.Single(client.GetRegistrations());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(10_001)]
    public async Task A_weight_that_is_no_weight_is_refused_by_name(double weight)
    {
        NamingClient client = _fixture.CreateClient();
        RegistryException single = await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("10.0.0.1", 80) { Weight = weight }));
        Assert.Equal((RegistryErrorCode.InvalidArgument, "weight"), (single.Code, single.Field));
        RegistryException batch = await _fixture.FailsAsync(client.RegisterAsync(
            Orders, [new RegistryInstance("10.0.0.1", 80), new RegistryInstance("10.0.0.2", 80) { Weight = weight }]));
        Assert.Equal("instances[1].weight", batch.Field);
    }

    [Fact]
    public async Task Other_broken_rules_are_refused_by_name()
    {
        NamingClient client = _fixture.CreateClient();
        Assert.Equal("ip", (await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance(" ", 80)))).Field);
        Assert.Equal("port", (await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("a", 65536)))).Field);
        Assert.Equal("cluster", (await _fixture.FailsAsync(client.RegisterAsync(Orders, new RegistryInstance("a", 1) { Cluster = "a,b" }))).Field);
        Assert.Equal("instances", (await _fixture.FailsAsync(client.RegisterAsync(Orders, []))).Field);
        Assert.Equal(
            "instances[1]", (await _fixture.FailsAsync(client.RegisterAsync(Orders, [new RegistryInstance("a", 1), new RegistryInstance("a", 1)]))).Field);
        await Assert.ThrowsAsync<RegistryException>(async () => await client.RegisterAsync(default, new RegistryInstance("a", 1)));
    }

    [Fact]
    public async Task Services_are_listed_by_page()
    {
        NamingClient client = await _fixture.ConnectAsync();
        ServiceList list = await _fixture.CompletesAsync(client.ListServicesAsync(group: "g", page: new ServicePage(2, 10)));
        Assert.Equal(["a", "b"], list.Names);
        ListServicesRequest request = Server.Requests(MessageType.ListServices)[0].Parse<ListServicesRequest>();
        Assert.Equal(("", "g", 2u, 10u), (request.Namespace, request.Group, request.PageNumber, request.PageSize));
    }

    private static System.Collections.Immutable.ImmutableDictionary<string, string> Metadata(string key, string value) =>
        System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add(key, value);
}
