using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

/// <summary>Makes connections and, at the end of each test, sees that all of them closed exactly once and gave everything back.</summary>
public abstract class TransportFixture : IAsyncLifetime
{
    protected const int PatternModulus = 251;

    private readonly List<TestHandler> _handlers = [];

    /// <summary>Generous hard limit: the suite's senders wait for the mark themselves.</summary>
    internal TransportResources Resources { get; } = new(new OutboundLimits { HardBytes = 64 * 1024 * 1024 });

    /// <summary>True where calls fail, wait and come apart at random: what depends on a system that works is left out.</summary>
    protected virtual bool IsFaulty => false;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Every test ends here: all connections closed exactly once, every block back.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (TestHandler handler in _handlers)
        {
            handler.Connection.Abort(CloseReason.Aborted);
        }

        ReleasePeers();
        Eventually.True(() => _handlers.All(handler => handler.Closed > 0));
        Eventually.True(() => Resources.Blocks.Rented == 0);
        Eventually.True(() => Resources.Budget.UsedBytes == 0);
        Assert.All(_handlers, handler => Assert.Equal(1, handler.Closed));
        Assert.All(_handlers, handler => Assert.Null(handler.Violation));
        await ReleaseTransportAsync();
        GC.SuppressFinalize(this);
    }

    internal abstract Task<(TestHandler Server, TestHandler Client)> ConnectCoreAsync(Receive server, Receive client);

    internal abstract Task<(TestHandler Server, BarePeer Peer)> ConnectBareCoreAsync(Receive server);

    internal async Task<(TestHandler Server, TestHandler Client)> ConnectAsync(Receive server, Receive client)
    {
        (TestHandler Server, TestHandler Client) pair = await ConnectCoreAsync(server, client);
        lock (_handlers)
        {
            _handlers.Add(pair.Server);
            _handlers.Add(pair.Client);
        }

        return pair;
    }

    internal async Task<(TestHandler Server, BarePeer Peer)> ConnectBareAsync(Receive server)
    {
        (TestHandler Server, BarePeer Peer) pair = await ConnectBareCoreAsync(server);
        _handlers.Add(pair.Server);
        return pair;
    }

    internal static void Send(Connection connection, byte[] bytes)
    {
        BatchWriter batch = connection.RentBatch();
        batch.AppendShared(bytes);
        connection.SendBatch(batch);
        connection.ReturnBatch(batch);
    }

    internal async Task<TestHandler> TrackAsync(Func<Task<TestHandler>> connect)
    {
        TestHandler handler = await connect();
        _handlers.Add(handler);
        return handler;
    }

    protected virtual void ReleasePeers()
    {
    }

    /// <summary>After everything was checked.</summary>
    protected virtual ValueTask ReleaseTransportAsync() => ValueTask.CompletedTask;

    /// <summary>Bytes that tell their place, from place <paramref name="start"/> on.</summary>
    protected static byte[] Pattern(int start, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
        {
            bytes[i] = (byte)((start + i) % PatternModulus);
        }

        return bytes;
    }
}
