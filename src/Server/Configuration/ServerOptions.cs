namespace FastRegistry.Server.Configuration;

/// <summary>Everything that can be set. Each property is a section of the configuration.</summary>
internal sealed record ServerOptions
{
    public NodeOptions Node { get; init; } = new();

    public ListenerOptions Http { get; init; } = new() { Port = 8848 };

    public ListenerOptions ClientTransport { get; init; } = new() { Port = 7848 };

    public DeadlineOptions Deadlines { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public PushOptions Push { get; init; } = new();

    public WorkerOptions Workers { get; init; } = new();
}
