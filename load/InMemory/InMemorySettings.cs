namespace FastRegistry.Load.InMemory;

/// <summary>What the program with the sessions is asked to do; crosses the process boundary as JSON.</summary>
internal sealed record InMemorySettings
{
    public const int DefaultConnections = 100_000;

    /// <summary>Sessions.</summary>
    public int Connections { get; init; } = DefaultConnections;

    /// <summary>Length of the window in which nobody says anything.</summary>
    public double IdleSeconds { get; init; } = 30;

    /// <summary>Time a session has for the answer to a probe (<c>Deadlines:ProbeAnswer</c>).</summary>
    public double ProbeAnswerSeconds { get; init; } = 5;

    /// <summary>Before the window: what the set-up was compiled to is compiled once more, better, and collections settle.</summary>
    public double SettleSeconds { get; init; } = 3;

    /// <summary>Silence after which a session is probed (<c>Deadlines:IdleProbe</c>): what comes before the idle window, the window, and a second.</summary>
    public double IdleProbeSeconds => SettleSeconds + IdleSeconds + 1;
}
