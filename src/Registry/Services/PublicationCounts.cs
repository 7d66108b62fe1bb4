using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>How many publications there are, waiting ones included. One per registry; any thread.</summary>
internal sealed class PublicationCounts
{
    private readonly long[] _byKind = new long[Enum.GetValues<ClientKind>().Length];

    /// <summary>Of all clients.</summary>
    public long All => _byKind.Sum();

    /// <summary>Of the clients of a kind.</summary>
    public long Of(ClientKind kind) => Interlocked.Read(ref _byKind[(int)kind]);

    public void Add(ClientKind kind, int number) => Interlocked.Add(ref _byKind[(int)kind], number);
}
