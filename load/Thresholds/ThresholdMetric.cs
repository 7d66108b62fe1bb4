namespace FastRegistry.Load.Thresholds;

/// <summary>What a threshold looks at.</summary>
internal enum ThresholdMetric
{
    /// <summary>Successes per second.</summary>
    Rate,

    Ok,
    Failed,
    FailPercent,

    /// <summary>Iterations of open phases that began, of those asked for.</summary>
    AchievedPercent,

    /// <summary>Connections that ended though nobody asked them to, in the whole run.</summary>
    Losses,

    /// <summary>Connections servers still count after the run.</summary>
    Left,

    Minimum,
    Mean,
    P50,
    P75,
    P90,
    P95,
    P99,
    P999,
    P9999,
    Maximum,
}
