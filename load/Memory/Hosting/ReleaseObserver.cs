using FastRegistry.Registry.Events;

namespace FastRegistry.Load.Memory.Hosting;

/// <summary>Counts how often each client was released. Written by its queue's worker; read when <see cref="Total"/> says that all have come.</summary>
/// <param name="clients">Highest number of a client there will be; the node counts them from 1.</param>
internal sealed class ReleaseObserver(int clients) : INodeObserver
{
    private readonly byte[] _releases = new byte[clients + 1];
    private readonly DateTimeOffset[] _at = new DateTimeOffset[clients + 1];
    private int _total;

    public string Name => "releases";

    /// <summary>Room for all of them at once: none may be missing.</summary>
    public ObserverQueueOptions? Queue { get; } = new((2 * clients) + 1024, OverflowPolicy.DropNewest);

    public int Total => Volatile.Read(ref _total);

    public void Select(EventSelection events) => events.On<ClientReleased>(Count);

    /// <summary>Clients from a number on that were released exactly once, more than once, and before a moment.</summary>
    public (int Once, int Again, int Early) From(int first, DateTimeOffset due)
    {
        (int once, int again, int early) = (0, 0, 0);
        for (int client = first; client < _releases.Length; client++)
        {
            once += _releases[client] == 1 ? 1 : 0;
            again += _releases[client] > 1 ? 1 : 0;
            early += _releases[client] > 0 && _at[client] < due ? 1 : 0;
        }

        return (once, again, early);
    }

    private void Count(in ClientReleased released, DateTimeOffset at)
    {
        _releases[released.Client.Number]++;
        _at[released.Client.Number] = at;
        Volatile.Write(ref _total, _total + 1);
    }
}
