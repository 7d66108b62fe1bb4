using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Connecting;

/// <summary>What a server takes, as its answer to the set-up says, is kept to.</summary>
public sealed class LimitTests : IAsyncDisposable
{
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("C-14", "Q-1")]
    public async Task Requests_beyond_what_the_server_takes_at_a_time_wait_for_their_place()
    {
        Server.SetupReply.Limits = new Limits { OutstandingRequests = 3 };
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = _ => null;
        Task[] calls = [.. Enumerable.Range(0, 10).Select(i => client.RegisterAsync(new ServiceKey($"s{i}"), First).AsTask())];
        for (int answered = 0; answered < 10; answered++)
        {
            int expected = Math.Min(answered + 3, 10);
            await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == expected);
            ReceivedFrame request = Server.Requests(MessageType.Register)[answered];
            request.On.Reply(request, new RegisterReply());
        }

        await _fixture.UntilAsync(() => calls.All(static call => call.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task A_restore_keeps_to_it_as_well()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 20; service++)
        {
            await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey($"s{service}"), First));
        }

        Server.SetupReply.Limits = new Limits { OutstandingRequests = 5 };
        Server.Answers[MessageType.BatchRegister] = _ => null;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 5);
        await _fixture.PassAsync(TimeSpan.FromMilliseconds(200));
        Assert.Equal(5, Server.Requests(MessageType.BatchRegister).Count);
    }

    [Fact]
    public async Task A_request_that_is_larger_than_the_server_takes_is_refused_here()
    {
        Server.SetupReply.Limits = new Limits { RequestBytes = 1_000 };
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance large = First with { Metadata = First.Metadata.Add("k", new string('x', 1_000)) };
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(new ServiceKey("orders"), large));
        Assert.Equal((RegistryErrorCode.InvalidArgument, "instances"), (failure.Code, failure.Field));
        Assert.Empty(Server.Requests(MessageType.Register));
    }

    [Fact]
    [ProtocolRule("P-6")]
    public async Task More_instances_than_a_request_holds_are_registered_in_parts_that_take_nothing_away()
    {
        Server.SetupReply.Limits = new Limits { RequestBytes = 10_000 };
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 100).Select(i => First with { Port = i, Metadata = First.Metadata.Add("k", new string('x', 300)) })];
        await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey("orders"), many));
        List<BatchRegisterRequest> parts = [.. Server.Requests(MessageType.BatchRegister).Select(static frame => frame.Parse<BatchRegisterRequest>())];
        Assert.InRange(parts.Count, 4, 6);
        Assert.All(parts, static part => Assert.False(part.Replace));
        Assert.All(parts, static part => Assert.InRange(part.CalculateSize(), 1, 10_000));
        Assert.Equal(100, parts.Sum(static part => part.Instances.Count));
        Assert.Equal(100, Assert.Single(client.GetRegistrations()).Instances.Length);
    }

    [Fact]
    public async Task When_a_later_part_fails_the_earlier_ones_are_taken_back()
    {
        Server.SetupReply.Limits = new Limits { RequestBytes = 10_000 };
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 100).Select(i => First with { Port = i, Metadata = First.Metadata.Add("k", new string('x', 300)) })];
        int parts = 0;
        Server.Answers[MessageType.BatchRegister] = frame => ++parts == 2 ? new ErrorReply { Code = (uint)ErrorCode.LimitExceeded, Text = "full" } : Server.Agree(frame);
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(new ServiceKey("orders"), many));
        Assert.Equal(RegistryErrorCode.LimitExceeded, failure.Code);
        await _fixture.PassUntilAsync(() => parts == 3);
        BatchRegisterRequest taken = Server.Requests(MessageType.BatchRegister)[2].Parse<BatchRegisterRequest>();
        Assert.True(taken.Replace);
        Assert.Empty(taken.Instances);
        await _fixture.UntilAsync(() => client.GetRegistrations().Count == 0);
    }

    [Fact]
    public async Task What_the_server_refuses_because_of_its_limits_is_an_error_to_the_caller()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = static _ => new ErrorReply { Code = (uint)ErrorCode.LimitExceeded, Text = "publications" };
        RegistryException failure = await _fixture.FailsAsync(client.RegisterAsync(new ServiceKey("orders"), First));
        Assert.Equal((RegistryErrorCode.LimitExceeded, "publications"), (failure.Code, failure.Message));
    }
}
