using System.Collections.Concurrent;
using FastRegistry.Client.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Registering;

public sealed class RestoringTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance First = new("10.0.0.1", 80);
    private static readonly RegistryInstance Second = new("10.0.0.2", 80);
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    [ProtocolRule("X-1", "C-9", "P-5")]
    public async Task A_reconnect_replaces_the_registrations_and_subscribes_again_under_the_same_client_id()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, [First, Second]));
        await _fixture.CompletesAsync(client.SubscribeAsync(new ServiceKey("stock"), new ChangeLog().Note));
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.Subscribe).Count == 2);
        BatchRegisterRequest redo = Server.Requests(MessageType.BatchRegister)[1].Parse<BatchRegisterRequest>();
        Assert.True(redo.Replace);
        Assert.Equal(2, redo.Instances.Count);
        List<ReceivedFrame> setups = Server.Requests(MessageType.Setup);
        Assert.Equal(setups[0].Parse<SetupRequest>().ClientInstanceId, setups[1].Parse<SetupRequest>().ClientInstanceId);
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    [Fact]
    public async Task Everything_is_restored_without_waiting_for_single_answers()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 20; service++)
        {
            await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey($"s{service}"), First));
        }

        Server.Answers[MessageType.BatchRegister] = _ => null;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 20);
        Assert.All(client.GetRegistrations(), status => Assert.Equal(RegistrationState.Restoring, status.State));
    }

    [Fact]
    public async Task A_restore_has_a_bounded_number_of_requests_without_an_answer_and_one_line_in_the_log()
    {
        NamingClient client = await _fixture.ConnectAsync();
        const int Services = 400;
        for (int service = 0; service < Services; service++)
        {
            await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey($"s{service}"), First));
        }

        ConcurrentQueue<ReceivedFrame> unanswered = new();
        Server.Answers[MessageType.BatchRegister] = frame =>
        {
            unanswered.Enqueue(frame);
            return null;
        };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => unanswered.Count == 128);
        await _fixture.PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(128, unanswered.Count);
        int answered = 0;
        while (answered < Services)
        {
            await _fixture.UntilAsync(() => !unanswered.IsEmpty);
            Assert.InRange(unanswered.Count, 1, 128);
            if (unanswered.TryDequeue(out ReceivedFrame? frame))
            {
                frame.On.Reply(frame, new RegisterReply());
                answered++;
            }
        }

        await _fixture.UntilAsync(() => _fixture.Log.Lines.Any(static line => line.Contains("400 services", StringComparison.Ordinal)));
        Assert.InRange(_fixture.Log.Lines.Count, 1, 10);
        Assert.All(client.GetRegistrations(), static status => Assert.Equal(RegistrationState.Registered, status.State));
    }

    [Fact]
    public async Task A_registration_during_a_restore_comes_behind_what_was_there_before_and_is_not_undone()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int service = 0; service < 200; service++)
        {
            await _fixture.CompletesAsync(client.RegisterAsync(new ServiceKey($"s{service}"), First));
        }

        ConcurrentQueue<ReceivedFrame> unanswered = new();
        Server.Answers[MessageType.BatchRegister] = frame =>
        {
            unanswered.Enqueue(frame);
            return null;
        };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => unanswered.Count == 128 && client.State == ConnectionState.Connected);
        HashSet<string> brought = [.. unanswered.Select(static frame => frame.Parse<BatchRegisterRequest>().Name)];
        ServiceKey late = new(Enumerable.Range(0, 200).Select(static service => $"s{service}").First(name => !brought.Contains(name)));
        int from = Server.Frames.Count;
        await _fixture.CompletesAsync(client.RegisterAsync(late, Second));
        Server.Answers.Clear();
        while (unanswered.TryDequeue(out ReceivedFrame? frame))
        {
            frame.On.Reply(frame, new RegisterReply());
        }

        await _fixture.PassUntilAsync(() => client.GetRegistrations().All(static status => status.State == RegistrationState.Registered));
        List<ReceivedFrame> own = [.. Server.Frames.Skip(from).Where(frame => NameIn(frame) == late.Name)];
        Assert.Equal([MessageType.BatchRegister, MessageType.Register], own.Select(static frame => frame.Type));
        Assert.Equal([First], own[0].Parse<BatchRegisterRequest>().Instances.Select(static instance => instance.ToInstance()));
    }

    [Fact]
    public async Task More_registrations_than_a_part_holds_are_restored_as_a_set_of_which_each_part_waits_for_the_one_before()
    {
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 3_000).Select(i => First with { Port = i, Metadata = First.Metadata.Add("k", new string('x', 600)) })];
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, many));
        int before = Server.Requests(MessageType.BatchRegister).Count;
        Server.Answers[MessageType.BatchRegister] = _ => null;
        Server.Last.Close();
        for (int part = 1; part <= 8; part++)
        {
            await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count - before == part);
            Assert.Equal(RegistrationState.Restoring, client.GetRegistrations()[0].State);
            ReceivedFrame request = Server.Requests(MessageType.BatchRegister)[^1];
            Assert.Equal(part < 8, request.Parse<BatchRegisterRequest>().More);
            request.On.Reply(request, new RegisterReply());
        }

        BatchRegisterRequest[] parts = [.. Server.Requests(MessageType.BatchRegister).Skip(before).Select(static frame => frame.Parse<BatchRegisterRequest>())];
        Assert.All(parts, static part => Assert.True(part.Replace));
        Assert.All(parts, static part => Assert.InRange(part.CalculateSize(), 1, 256 * 1024));
        Assert.False(parts[^1].More);
        Assert.NotEqual(0u, Assert.Single(parts.Select(static part => part.Set).Distinct()));
        Assert.Equal(3_000, parts.SelectMany(static part => part.Instances).Select(static instance => instance.Port).Distinct().Count());
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    [Fact]
    [ProtocolRule("P-6")]
    public async Task A_set_of_which_a_part_was_refused_is_not_ended_and_comes_again_as_another_set()
    {
        NamingClient client = await _fixture.ConnectAsync();
        RegistryInstance[] many = [.. Enumerable.Range(0, 1_000).Select(i => First with { Port = i, Metadata = First.Metadata.Add("k", new string('x', 600)) })];
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, many));
        int before = Server.Requests(MessageType.BatchRegister).Count;
        uint refused = 0;
        Server.Answers[MessageType.BatchRegister] = frame =>
        {
            BatchRegisterRequest part = frame.Parse<BatchRegisterRequest>();
            refused = refused == 0 ? part.Set : refused;
            return part.Set == refused ? new ErrorReply { Code = (uint)ErrorCode.Overloaded, Retryable = true } : Server.Agree(frame);
        };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected && Server.Requests(MessageType.BatchRegister)
            .Skip(before).Any(static frame => !frame.Parse<BatchRegisterRequest>().More));
        List<BatchRegisterRequest> parts = [.. Server.Requests(MessageType.BatchRegister).Skip(before).Select(static frame => frame.Parse<BatchRegisterRequest>())];
        Assert.All(parts.Where(part => part.Set == refused), static part => Assert.True(part.More));
        Assert.Equal(1_000, parts.Where(part => part.Set != refused).Sum(static part => part.Instances.Count));
    }

    [Fact]
    public async Task What_was_deregistered_while_disconnected_is_not_redone_and_an_empty_replacement_clears_the_server()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.IsDown = true;
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        await _fixture.CompletesAsync(client.DeregisterAsync(Orders, First));
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        BatchRegisterRequest redo = Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>();
        Assert.True(redo.Replace);
        Assert.Empty(redo.Instances);
        await _fixture.UntilAsync(() => client.GetRegistrations().Count == 0);
    }

    [Fact]
    public async Task An_unacknowledged_deregistration_ends_in_an_empty_replacement()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Answers[MessageType.Deregister] = _ => null;
        ValueTask call = client.DeregisterAsync(Orders, First);
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Deregister).Count == 1);
        Server.Last.Close();
        await _fixture.CompletesAsync(call);
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 1);
        Assert.Empty(Server.Requests(MessageType.BatchRegister)[0].Parse<BatchRegisterRequest>().Instances);
    }

    [Fact]
    public async Task A_registration_whose_answer_was_lost_is_sent_again_on_the_next_connection()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.Answers[MessageType.Register] = frame => Server.Connections.Count == 1 ? null : Server.Agree(frame);
        Task call = client.RegisterAsync(Orders, First).AsTask();
        await _fixture.UntilAsync(() => Server.Requests(MessageType.Register).Count == 1);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => call.IsCompleted);
        await call;
        Assert.Equal(First, Assert.Single(Assert.Single(client.GetRegistrations()).Instances));
    }

    [Fact]
    public async Task A_registration_refused_for_good_after_a_reconnect_surfaces_and_is_not_repeated()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        Server.Answers[MessageType.BatchRegister] = _ => new ErrorReply { Code = (uint)ErrorCode.Conflict, Text = "persistent" };
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Failed);
        await _fixture.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Single(Server.Requests(MessageType.BatchRegister));
        Assert.Equal(RegistryErrorCode.Conflict, client.GetRegistrations()[0].Failure!.Code);
    }

    [Fact]
    public async Task A_registration_refused_for_now_after_a_reconnect_is_repeated_with_back_off()
    {
        NamingClient client = await _fixture.ConnectAsync();
        await _fixture.CompletesAsync(client.RegisterAsync(Orders, First));
        int refusals = 3;
        Server.Answers[MessageType.BatchRegister] = frame => Interlocked.Decrement(ref refusals) >= 0
            ? new ErrorReply { Code = (uint)ErrorCode.Overloaded, Retryable = true }
            : Server.Agree(frame);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Requests(MessageType.BatchRegister).Count == 4);
        await _fixture.UntilAsync(() => client.GetRegistrations()[0].State == RegistrationState.Registered);
    }

    private static string NameIn(ReceivedFrame frame) => frame.Type switch
    {
        MessageType.Register => frame.Parse<RegisterRequest>().Name,
        MessageType.BatchRegister => frame.Parse<BatchRegisterRequest>().Name,
        _ => "",
    };
}
