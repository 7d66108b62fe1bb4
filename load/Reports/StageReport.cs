using System.Collections.Immutable;

namespace FastRegistry.Load.Reports;

/// <summary>One stage of a run.</summary>
/// <param name="Unit">What an iteration is, in one word.</param>
/// <param name="Phases">The load, in text form.</param>
/// <param name="AskedPerSecond">Rate the open phases asked for; null in closed ones.</param>
/// <param name="StartedPerSecond">Rate at which iterations began; null in closed phases. Less than asked: the generator did not keep up.</param>
internal sealed record StageReport(
    string Name,
    string Unit,
    string Phases,
    double Seconds,
    double? AskedPerSecond,
    double? StartedPerSecond,
    StepReport Iterations,
    ImmutableArray<StepReport> Steps,
    StageCost Cost)
{
    /// <summary>Processor time of the servers per successful iteration; null when there was none.</summary>
    public double? ServerCpuMicroseconds => PerIteration(Cost.ServerCpuSeconds * 1e6);

    /// <summary>Processor time of the load tool per successful iteration.</summary>
    public double? OwnCpuMicroseconds => PerIteration(Cost.OwnCpuSeconds * 1e6);

    /// <summary>Bytes the servers allocated per successful iteration.</summary>
    public double? ServerAllocatedBytes => PerIteration(Cost.ServerAllocatedBytes);

    /// <summary>Processor time of the servers, as a part of one processor.</summary>
    public double ServerCpuShare => Cost.Seconds > 0 ? Cost.ServerCpuSeconds / Cost.Seconds : 0;

    /// <summary>Processor time of the load tool, likewise.</summary>
    public double OwnCpuShare => Cost.Seconds > 0 ? Cost.OwnCpuSeconds / Cost.Seconds : 0;

    private double? PerIteration(double value) => Iterations.Ok > 0 ? value / Iterations.Ok : null;
}
