using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Tests.Connecting;

public sealed class ReconnectTests : IAsyncDisposable
{
    private readonly ClientFixture _fixture = new();

    private ScriptedServer Server => _fixture.Server;

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Attempts_back_off_up_to_the_maximum()
    {
        Server.IsDown = true;
        NamingClient client = _fixture.CreateClient();
        await _fixture.PassAsync(TimeSpan.FromSeconds(20));

        // Waits are anything up to their bound, which is 5 s from the seventh on; without growth there would be some four hundred.
        Assert.InRange(_fixture.Attempts.Count, 6, 60);
        Assert.Equal(ConnectionState.Connecting, client.State);
    }

    [Fact]
    public async Task When_one_of_three_servers_dies_the_others_are_tried_within_two_seconds()
    {
        ScriptedServer two = _fixture.AddServer("two:7848");
        ScriptedServer three = _fixture.AddServer("[::3]:9000");
        two.IsDown = true;
        NamingClient client = await _fixture.ConnectAsync(options => options with { Servers = ["one", "two", "[::3]:9000"] });
        ScriptedServer used = Server.Connections.Count > 0 ? Server : three;
        ScriptedServer other = used == Server ? three : Server;
        used.IsDown = true;
        used.Last.Close();
        TimeSpan took = await _fixture.PassUntilAsync(() => other.Requests(MessageType.Setup).Count == 1);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
    }

    [Fact]
    [ProtocolRule("C-9")]
    public async Task Every_connection_of_a_client_has_a_higher_number()
    {
        NamingClient client = await _fixture.ConnectAsync();
        for (int connection = 2; connection <= 3; connection++)
        {
            Server.Last.Close();
            await _fixture.PassUntilAsync(() => Server.Connections.Count == connection && client.State == ConnectionState.Connected);
        }

        ulong[] numbers = [.. Server.Requests(MessageType.Setup).Select(static frame => frame.Parse<SetupRequest>().ConnectionNumber)];
        Assert.Equal([1ul, 2ul, 3ul], numbers);
    }

    [Fact]
    public async Task The_first_attempts_of_many_clients_after_a_lost_connection_are_spread()
    {
        NamingClient[] clients = new NamingClient[40];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i] = await _fixture.ConnectAsync(static options => options with { ReconnectSpread = TimeSpan.FromSeconds(2) });
        }

        int before = _fixture.Attempts.Count;
        foreach (ServerEnd connection in Server.Connections)
        {
            connection.Close();
        }

        // Uniform over two seconds: the chance that fewer than five of forty come in one half is below one in a million.
        await _fixture.PassAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(_fixture.Attempts.Count - before, 5, 35);
        await _fixture.PassAsync(TimeSpan.FromSeconds(1.5));
        Assert.Equal(clients.Length, _fixture.Attempts.Count - before);
    }

    [Fact]
    public async Task A_single_stopping_server_is_tried_again_after_a_pause()
    {
        NamingClient client = await _fixture.ConnectAsync();
        Server.IsDown = true;
        Server.Last.GoAway(GoAwayReason.Stopping);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Reconnecting);
        Server.IsDown = false;
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
    }

    [Fact]
    public async Task A_version_mismatch_is_a_failed_state_and_is_retried_rarely()
    {
        Server.Answers[MessageType.Setup] = frame =>
        {
            frame.On.GoAway(GoAwayReason.UnsupportedVersion);
            return null;
        };
        NamingClient client = _fixture.CreateClient();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Failed);
        await _fixture.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Single(_fixture.Attempts);
        Server.Answers.Clear();
        await _fixture.PassUntilAsync(() => client.State == ConnectionState.Connected);
    }

    [Fact]
    public async Task State_changes_are_told_in_order_even_when_a_handler_throws()
    {
        List<ConnectionState> states = [];
        NamingClient client = _fixture.CreateClient();
        client.StateChanged += (_, change) =>
        {
            lock (states)
            {
                states.Add(change.Current);
            }

            throw new InvalidOperationException("handler");
        };
        await _fixture.UntilAsync(() => client.State == ConnectionState.Connected);
        Server.Last.Close();
        await _fixture.PassUntilAsync(() => Server.Connections.Count == 2 && client.State == ConnectionState.Connected);
        await _fixture.UntilAsync(() =>
        {
            lock (states)
            {
                return states.Count >= 2;
            }
        });
        await _fixture.CompletesAsync(client.DisposeAsync());
        await _fixture.UntilAsync(() => states.Contains(ConnectionState.Disposed));
        Assert.Equal([ConnectionState.Reconnecting, ConnectionState.Connected, ConnectionState.Disposed], states.SkipWhile(s => s == ConnectionState.Connected));
    }
}
