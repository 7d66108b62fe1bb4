using System.Collections.Immutable;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Configuration;

/// <summary>Everything that can be set for a node without its HTTP side. Each property is a section of the configuration.</summary>
internal record RegistryNodeOptions
{
    public NodeOptions Node { get; init; } = new();

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

    /// <summary>The part that the registry itself needs.</summary>
    public RegistryOptions ToRegistryOptions() => new()
    {
        Services = Limits.Services,
        InstancesPerService = Limits.InstancesPerService,
        PublicationsPerClient = Limits.PublicationsPerClient,
        Overrides = Limits.Overrides,
        EmptyService = Deadlines.EmptyService,
        ExpiredOverride = Deadlines.ExpiredOverride,
    };
}
