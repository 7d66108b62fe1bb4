using System.Collections.Immutable;
using FastRegistry.Server.Control;
using FastRegistry.Server.RateLimiting;

namespace FastRegistry.Server.Configuration;

/// <summary>Everything that can be set. Each property is a section of the configuration.</summary>
internal sealed record ServerOptions
{
    public NodeOptions Node { get; init; } = new();

    public HttpOptions Http { get; init; } = new() { Port = 8848 };

    public ClientTransportOptions ClientTransport { get; init; } = new() { Port = 7848 };

    public DeadlineOptions Deadlines { get; init; } = new();

    public LimitOptions Limits { get; init; } = new();

    public PushOptions Push { get; init; } = new();

    public SelectorOptions Selectors { get; init; } = new();

    public WorkerOptions Workers { get; init; } = new();

    /// <summary>What the operator's switches begin with.</summary>
    public Switches Switches { get; init; } = new();

    /// <summary>What the control points begin with; one that is not there has no limit.</summary>
    public ImmutableDictionary<ControlPoint, RateLimitRule> RateLimits { get; init; } = ImmutableDictionary<ControlPoint, RateLimitRule>.Empty;

    public EventOptions Events { get; init; } = new();

    public OperatorOptions Operator { get; init; } = new();
}
