using FastRegistry.Server.Configuration;
using FastRegistry.Server.Events;
using FastRegistry.Server.Limits;
using FastRegistry.Server.Naming;
using FastRegistry.Server.Observability;
using FastRegistry.Server.Push;
using FastRegistry.Server.RateLimiting;
using FastRegistry.Server.Registry;
using FastRegistry.Server.Work;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Sessions;

/// <summary>What all sessions share. Made once per server; immutable.</summary>
internal sealed class SessionServices
{
    public required ServerOptions Options { get; init; }

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
