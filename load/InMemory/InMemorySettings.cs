namespace FastRegistry.Load.InMemory;

/// <summary>What the program with the sessions is asked to do; crosses the process boundary as JSON.</summary>
internal sealed record InMemorySettings
{
    public const int DefaultConnections = 100_000;

    /// <summary>Sessions.</summary>
    public int Connections { get; init; } = DefaultConnections;

    /// <summary>Length of the window in which nobody says anything.</summary>
    public double IdleSeconds { get; init; } = 10;

    /// <summary>Time a session has for the answer to a probe (<c>Deadlines:ProbeAnswer</c>).</summary>
    public double ProbeAnswerSeconds { get; init; } = 5;

    /// <summary>Silence after which a session is probed (<c>Deadlines:IdleProbe</c>): the idle window with a second before it and one behind it.</summary>
    public double IdleProbeSeconds => IdleSeconds + 2;
}
