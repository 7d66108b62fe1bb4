using System.Diagnostics;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Runs the phases of a session one after another. Phases keep to the planned times even when one before them was late.</summary>
/// <remarks>On the load thread only. Owned by a <see cref="LoadSession"/>.</remarks>
internal sealed class PhaseSequence(LoadScenario scenario, ScenarioRunnerOptions options, ClosedLoad closed, OpenLoad open, LoadWait wait)
{
    private readonly Random? _random = options.RandomSpacing ? new Random(options.Seed + options.Share.Index) : null;
    private readonly double _offset = (double)options.Share.Index / options.Share.Count;
    private long _pausedTicks;
    private int _copies;
    private double _perSecond;

    /// <summary>Returns when nothing more is to begin.</summary>
    /// <param name="startAt">Stopwatch timestamp.</param>
    /// <param name="cutOff">Stopwatch timestamp at which all ends.</param>
    /// <returns>Seconds it took, pauses excluded.</returns>
    public double Run(long startAt, long cutOff)
    {
        wait.Until(startAt);
        long begin = startAt;
        foreach (LoadPhase phase in scenario.Phases)
        {
            if (wait.IsStopped || begin >= cutOff)
            {
                break;
            }

            long end = Math.Min(cutOff, begin + Deadline.TicksOf(phase.During));
            Run(phase, begin, end, cutOff);
            begin = phase is LoadPhase.IterationsForConstant ? Stopwatch.GetTimestamp() : end;
        }

        closed.Stop();
        return Math.Max(0, Stopwatch.GetTimestamp() - startAt - _pausedTicks) / (double)Stopwatch.Frequency;
    }

    private void Run(LoadPhase phase, long begin, long end, long cutOff)
    {
        if (phase is LoadPhase.Pause or LoadPhase.Inject or LoadPhase.RampingInject)
        {
            closed.Stop();
        }

        (int copiesBefore, double perSecondBefore) = (_copies, _perSecond);
        (_copies, _perSecond) = (0, 0);
        switch (phase)
        {
            case LoadPhase.KeepConstant keep:
                _copies = keep.Copies;
                closed.RunUntil(new CopyRamp(_copies, _copies, Deadline.TicksOf(keep.During)), begin, end);
                break;
            case LoadPhase.RampingConstant ramp:
                _copies = ramp.Copies;
                closed.RunUntil(new CopyRamp(copiesBefore, _copies, Deadline.TicksOf(ramp.During)), begin, end);
                break;
            case LoadPhase.IterationsForConstant count:
                _copies = count.Copies;
                closed.RunCount(count.Copies, count.Iterations, scenario.CompletionTimeout, cutOff);
                break;
            case LoadPhase.Inject inject:
                _perSecond = inject.Rate / inject.Interval.TotalSeconds;
                open.RunUntil(new OpenSchedule(_perSecond, _perSecond, inject.During, _offset, _random), begin, end);
                break;
            case LoadPhase.RampingInject ramp:
                _perSecond = ramp.Rate / ramp.Interval.TotalSeconds;
                open.RunUntil(new OpenSchedule(perSecondBefore, _perSecond, ramp.During, _offset, _random), begin, end);
                break;
            default:
                long pausedAt = Stopwatch.GetTimestamp();
                wait.Until(end);
                _pausedTicks += Stopwatch.GetTimestamp() - pausedAt;
                break;
        }
    }
}
