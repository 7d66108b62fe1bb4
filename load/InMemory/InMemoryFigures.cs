namespace FastRegistry.Load.InMemory;

/// <summary>Everything the program with the sessions has measured; crosses the process boundary as JSON.</summary>
internal sealed record InMemoryFigures
{
    /// <summary>Sessions that were set up.</summary>
    public required int Sessions { get; init; }

    /// <summary>Sessions that ended before they were to.</summary>
    public required int Lost { get; init; }

    public required HeapShares Heap { get; init; }

    /// <summary>Connect and set-up of all, both ends.</summary>
    public required WaveCost SetUp { get; init; }

    /// <summary>With all sessions idle.</summary>
    public required double IdleSeconds { get; init; }

    /// <summary>Processor time of the whole process meanwhile.</summary>
    public required double IdleCpuSeconds { get; init; }

    /// <summary>From the moment all were due for a probe until every answer was handled.</summary>
    public required WaveCost Probe { get; init; }

    /// <summary>Probes that were answered.</summary>
    public required int Answered { get; init; }

    public required EjectResult Eject { get; init; }

    /// <summary>Before the first session.</summary>
    public required NodeMemory Before { get; init; }

    /// <summary>With all sessions idle.</summary>
    public required NodeMemory Idle { get; init; }

    /// <summary>After the last one.</summary>
    public required NodeMemory After { get; init; }

    /// <summary>Sessions, clients, profiles, deadlines, blocks and queued bytes that were not given back.</summary>
    public required long Left { get; init; }
}
