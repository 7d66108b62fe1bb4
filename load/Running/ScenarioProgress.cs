namespace FastRegistry.Load.Running;

/// <summary>Where a scenario is, for the live console. Totals since the measured time began.</summary>
/// <param name="PlannedSeconds">0 when the phases end by count.</param>
/// <param name="Active">Iterations that have begun and not ended.</param>
internal readonly record struct ScenarioProgress(
    double ElapsedSeconds, double PlannedSeconds, long PlannedIterations, long Asked, long Ok, long Failed, int Active);
