using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Comparison;

/// <summary>What one run told of the subscribers that do read.</summary>
/// <param name="Each">Every arrival.</param>
/// <param name="Last">The last arrival of each change.</param>
/// <param name="Resyncs">Lists the server put off because somebody was behind.</param>
/// <param name="ServerCpuMicroseconds">Per change.</param>
internal sealed record SlowSubscriberRun(StepReport Each, StepReport Last, double Resyncs, double ServerCpuMicroseconds);
