using FastRegistry.Load.Commands;
using FastRegistry.Load.Scenarios;
using NBomber.Contracts;
using NBomber.CSharp;

namespace FastRegistry.Load.NBomber;

/// <summary>Phases in NBomber's form, one simulation for each.</summary>
internal static class Simulations
{
    private const double LargestStretch = 1000;

    /// <exception cref="CannotRunException">NBomber has no simulation with these numbers.</exception>
    public static LoadSimulation From(LoadPhase phase)
    {
        switch (phase)
        {
            case LoadPhase.RampingConstant ramping:
                return Simulation.RampingConstant(ramping.Copies, ramping.During);
            case LoadPhase.KeepConstant constant:
                return Simulation.KeepConstant(constant.Copies, constant.During);
            case LoadPhase.RampingInject ramping:
                (int target, TimeSpan rampInterval) = WholeRate(ramping.Rate, ramping.Interval, ramping.During);
                return Simulation.RampingInject(target, rampInterval, ramping.During);
            case LoadPhase.Inject inject:
                (int rate, TimeSpan interval) = WholeRate(inject.Rate, inject.Interval, inject.During);
                return Simulation.Inject(rate, interval, inject.During);
            case LoadPhase.IterationsForConstant iterations:
                return Simulation.IterationsForConstant(iterations.Copies, WholeCount(iterations.Iterations));
            case LoadPhase.Pause pause:
                return Simulation.Pause(pause.During);
            default:
                throw new CannotRunException($"NBomber has no simulation like the phase {phase}");
        }
    }

    /// <summary>NBomber takes whole rates only, so 2.5 in 1 s becomes 25 in 10 s.</summary>
    private static (int Rate, TimeSpan Interval) WholeRate(double rate, TimeSpan interval, TimeSpan during)
    {
        for (double stretch = 1; stretch <= LargestStretch && interval * stretch <= during; stretch *= 10)
        {
            double stretched = rate * stretch;
            if (stretched <= int.MaxValue && Math.Abs(stretched - Math.Round(stretched)) < 1e-6)
            {
                return ((int)Math.Round(stretched), interval * stretch);
            }
        }

        throw new CannotRunException(
            FormattableString.Invariant($"NBomber takes whole rates only, and {rate} in {interval.TotalSeconds} s is none in any longer interval within {during.TotalSeconds} s"));
    }

    private static int WholeCount(long iterations) => iterations <= int.MaxValue
        ? (int)iterations
        : throw new CannotRunException($"NBomber counts iterations up to {int.MaxValue}, not {iterations}");
}
