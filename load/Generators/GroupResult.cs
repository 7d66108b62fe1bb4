using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>A stage as all generators measured it.</summary>
/// <param name="Scenario">Merged.</param>
/// <param name="CpuSeconds">Processor time of all generators.</param>
/// <param name="Elapsed">From the common start to the last generator's end.</param>
internal sealed record GroupResult(ScenarioResult Scenario, double CpuSeconds, TimeSpan Elapsed);
