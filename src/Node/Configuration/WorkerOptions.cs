namespace FastRegistry.Node.Configuration;

/// <summary>How many workers do the background work. Section <c>Workers</c>.</summary>
internal sealed record WorkerOptions
{
    /// <summary>Push workers, 1 … 64. Default 1: one sender keeps up with one core, and a second one costs the first its core on small machines.</summary>
    public int Push { get; init; } = 1;

    /// <summary>Workers for requests that are not O(1), 1 … 64. Default 1.</summary>
    public int Requests { get; init; } = 1;
}
