using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <summary>What all sessions share. Made once per server; immutable.</summary>
internal sealed class SessionServices
{
    public required RegistryNodeOptions Options { get; init; }

    public required TimingWheel Wheel { get; init; }

    public required ServiceRegistry Registry { get; init; }

    public required PushDispatcher Push { get; init; }

    public required ClientDirectory Clients { get; init; }

    public required SessionTable Sessions { get; init; }

    public required ConnectionLimits Limits { get; init; }

    /// <summary>Profiles of the clients that are set up.</summary>
    public ClientProfiles Profiles { get; } = new();

    public required NamingRequests Naming { get; init; }

    public required RequestQueue Requests { get; init; }

    public required BudgetRetry BudgetRetry { get; init; }

    public required RateLimiter RateLimits { get; init; }

    public required RegistryMetrics Metrics { get; init; }

    /// <summary>Time from a change to its ack.</summary>
    public required PushCost PushCost { get; init; }

    public required EventHub Events { get; init; }

    public required ILogger Log { get; init; }

    public required SetupReplies SetupReplies { get; init; }
}
