using System.Diagnostics;

namespace FastRegistry.Load.Running;

/// <summary>When the iterations of an open phase are due: the times at which the integral of a linear rate reaches one whole number after another.</summary>
/// <remarks>
/// A function of its arguments alone; the load thread walks through it, others may ask <see cref="AskedAfter"/>. With random spacing the integral
/// advances by exponentially distributed amounts with mean 1 instead, a Poisson process of that rate.
/// </remarks>
internal sealed class OpenSchedule
{
    private const double RoundingError = 1e-9;

    private readonly double _startPerSecond;
    private readonly double _perSecondPerSecond;
    private readonly double _seconds;
    private readonly Random? _random;
    private double _next;

    /// <param name="startPerSecond">Rate at the beginning.</param>
    /// <param name="endPerSecond">Rate at the end.</param>
    /// <param name="offset">From 0 to below 1: the first iteration is due when the integral has this value, so that generators take turns.</param>
    /// <param name="random">For random spacing; null = even.</param>
    public OpenSchedule(double startPerSecond, double endPerSecond, TimeSpan during, double offset = 0, Random? random = null)
    {
        _startPerSecond = startPerSecond;
        _seconds = during.TotalSeconds;
        _perSecondPerSecond = (endPerSecond - startPerSecond) / _seconds;
        _random = random;
        _next = random is null ? offset : NextGap(random);
        Total = AskedAfter(_seconds);
    }

    /// <summary>The integral of the rate over the phase.</summary>
    public double Total { get; }

    /// <summary>The integral of the rate from the phase's beginning.</summary>
    public double AskedAfter(double seconds)
    {
        double within = Math.Clamp(seconds, 0, _seconds);
        return (_startPerSecond + (_perSecondPerSecond * within / 2)) * within;
    }

    /// <summary>The due time of the next iteration.</summary>
    /// <param name="dueTicks">Stopwatch ticks since the phase's beginning.</param>
    /// <returns>False after the last one.</returns>
    public bool TryNext(out long dueTicks)
    {
        if (_next >= Total - RoundingError)
        {
            dueTicks = 0;
            return false;
        }

        dueTicks = (long)(SecondsAt(_next) * Stopwatch.Frequency);
        _next += _random is null ? 1 : NextGap(_random);
        return true;
    }

    /// <summary>How many of the rest are due before a time; uses the schedule up.</summary>
    public long CountRest(long beforeTicks)
    {
        long count = 0;
        while (TryNext(out long dueTicks) && dueTicks < beforeTicks)
        {
            count++;
        }

        return count;
    }

    // Solves start·t + slope·t²/2 = asked, in the form that neither cancels digits nor divides by a slope of 0.
    private double SecondsAt(double asked)
    {
        double root = Math.Sqrt(Math.Max(0, (_startPerSecond * _startPerSecond) + (2 * _perSecondPerSecond * asked)));
        return asked <= 0 ? 0 : 2 * asked / (_startPerSecond + root);
    }

    private static double NextGap(Random random) => -Math.Log(1 - random.NextDouble());
}
