using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Restore;

/// <summary>The lists of one service that clients of this process have seen. Each is read once, though it is pushed to very many.</summary>
/// <remarks>One per service; any thread. Keeps the newest <see cref="Kept"/>; an older one is read again when a client still gets it.</remarks>
internal sealed class ServiceLists
{
    private const int Kept = 64;

    private readonly Lock _versionsGate = new();
    private readonly Dictionary<ListKey, ListVersion> _versions = [];
    private readonly Queue<ListKey> _order = [];

    /// <summary>The list that a client has after a push; null when the push does not follow on the list that it has.</summary>
    /// <param name="type">Snapshot, delta or unchanged.</param>
    /// <param name="message">The whole message of <paramref name="head"/>.</param>
    /// <param name="current">What the client has.</param>
    public ListVersion? Take(MessageType type, in ListHead head, ReadOnlySpan<byte> message, ListVersion? current)
    {
        bool follows = type switch
        {
            MessageType.SnapshotPush => true,
            MessageType.DeltaPush => current?.Key == head.Key with { Revision = head.BaseRevision },
            _ => current is not null,
        };
        if (!follows)
        {
            return null;
        }

        lock (_versionsGate)
        {
            if (_versions.TryGetValue(head.Key, out ListVersion? known))
            {
                return known;
            }

            ListVersion made = type switch
            {
                MessageType.SnapshotPush => ListVersion.Read(head.Key, message),
                MessageType.DeltaPush => current!.With(head.Key, message),
                _ => current!.As(head.Key),
            };
            _versions.Add(head.Key, made);
            _order.Enqueue(head.Key);
            if (_order.Count > Kept)
            {
                _versions.Remove(_order.Dequeue());
            }

            return made;
        }
    }
}
