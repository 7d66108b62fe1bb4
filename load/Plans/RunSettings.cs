using System.Collections.Immutable;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary>What a run was asked to do: all a generator needs besides its share, and what a report repeats. Crosses process boundaries as JSON.</summary>
internal sealed record RunSettings
{
    /// <summary>A name of <see cref="ScenarioNames"/>.</summary>
    public required string Scenario { get; init; }

    public TargetKind Target { get; init; }

    /// <summary>What native connections are made on.</summary>
    public ClientTransport ClientTransport { get; init; }

    /// <summary>Connections are spread over them in turns; at least one.</summary>
    public required ImmutableArray<ServerAddress> Servers { get; init; }

    public int Connections { get; init; }

    /// <summary>Requests each connection keeps outstanding in closed phases.</summary>
    public int Outstanding { get; init; } = 1;

    /// <summary>Iterations per second in open phases; null = closed.</summary>
    public double? Rate { get; init; }

    /// <summary>Length of the measured part, or of each.</summary>
    public double DuringSeconds { get; init; }

    public double WarmUpSeconds { get; init; }

    /// <summary>One heartbeat per connection in this time; null = none.</summary>
    public double? HeartbeatSeconds { get; init; }

    /// <summary>How long connections are left alone: between connect and heartbeats, or with their instances registered.</summary>
    public double IdleSeconds { get; init; }

    /// <summary>Mean life of a connection that comes and goes.</summary>
    public double DwellSeconds { get; init; }

    /// <summary>Services that are written to.</summary>
    public int Services { get; init; } = 1;

    /// <summary>Instances of a service that is read or pushed.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>Subscribers, one stage each.</summary>
    public ImmutableArray<int> Subscribers { get; init; } = [];

    /// <summary>Further subscribers that never read; not measured.</summary>
    public int SlowSubscribers { get; init; }

    /// <summary>Size of a pushed list, roughly.</summary>
    public int PayloadBytes { get; init; } = 1024;

    /// <summary>Connections in set-up at a time.</summary>
    public int Concurrency { get; init; } = 64;

    public double SetupTimeoutSeconds { get; init; } = 10;

    /// <summary>Source addresses 127.0.0.2, 127.0.0.3, …; 0 = the system's choice.</summary>
    public int Sources { get; init; }

    /// <summary>Iterations of open phases come at random distances (Poisson) instead of even ones.</summary>
    public bool RandomSpacing { get; init; }

    /// <summary>Phases in text form that replace the scenario's own; null = its own.</summary>
    public string? Phases { get; init; }
}
