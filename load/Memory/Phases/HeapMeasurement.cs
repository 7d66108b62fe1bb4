using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Hosting;
using FastRegistry.Load.Memory.Peers;
using FastRegistry.Node.Observability;

namespace FastRegistry.Load.Memory.Phases;

/// <summary>Memory after forced, compacting collections.</summary>
internal static class HeapMeasurement
{
    public static NodeMemory Read(MemoryNode node)
    {
        ForcedCollection left = ForcedCollection.Run();
        return new NodeMemory(left.ManagedBytes, left.ResidentAnonymousBytes, node.FreeBlockBytes);
    }

    /// <summary>Opens all of a kind without a session, reads what they keep, and closes them again.</summary>
    /// <returns>Bytes of each.</returns>
    public static double OfEach(MemoryNode node, PeerSet peers, PeerKind kind, CancellationToken cancellationToken)
    {
        NodeMemory before = Read(node);
        peers.Open(kind, cancellationToken);
        peers.Serve(answer: false);
        double each = Each(before, Read(node), peers.Count);
        peers.Close();
        return each;
    }

    /// <summary>Free blocks do not count: how many there are depends on how the threads took turns.</summary>
    public static double Each(NodeMemory before, NodeMemory after, int count) =>
        (double)(after.ManagedHeapBytes - after.FreeBlockBytes - before.ManagedHeapBytes + before.FreeBlockBytes) / count;
}
