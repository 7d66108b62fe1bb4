using System.Diagnostics;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Tests.Running;

public sealed class OpenScheduleTests
{
    [Theory]
    [InlineData(1_000, 10, 10_000)]
    [InlineData(0.5, 10, 5)]
    [InlineData(3, 1.5, 5)]
    [InlineData(0, 10, 0)]
    public void A_constant_rate_is_even(double perSecond, double seconds, int expected)
    {
        double[] due = Walk(new OpenSchedule(perSecond, perSecond, TimeSpan.FromSeconds(seconds)));

        Assert.Equal(expected, due.Length);
        Assert.All(due, (time, i) => Assert.Equal(i / perSecond, time, tolerance: 1e-6));
    }

    [Fact]
    public void A_ramp_from_nothing_follows_the_square_root()
    {
        double[] due = Walk(new OpenSchedule(0, 1_000, TimeSpan.FromSeconds(10)));

        // k = 100·t²/2
        Assert.Equal(5_000, due.Length);
        Assert.All(due, (time, k) => Assert.Equal(Math.Sqrt(k / 50.0), time, tolerance: 1e-6));
    }

    [Theory]
    [InlineData(200, 1_000)]
    [InlineData(1_000, 200)]
    [InlineData(1_000, 0)]
    public void A_ramp_asks_for_the_integral_of_its_rate(double from, double to)
    {
        const double Seconds = 4;
        double[] due = Walk(new OpenSchedule(from, to, TimeSpan.FromSeconds(Seconds)));

        Assert.Equal((from + to) / 2 * Seconds, due.Length);
        Assert.All(due, (time, k) => Assert.Equal(k, (from * time) + ((to - from) / Seconds * time * time / 2), tolerance: 1e-3));
    }

    [Fact]
    public void Generators_take_turns_and_together_ask_for_everything()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);
        double[] due = [.. Enumerable.Range(0, 3).SelectMany(i => Walk(new OpenSchedule(100 / 3.0, 100 / 3.0, second, offset: i / 3.0))).Order()];

        Assert.Equal(100, due.Length);
        Assert.All(due, (time, i) => Assert.Equal(i / 100.0, time, tolerance: 1e-6));
    }

    [Fact]
    public void Random_spacing_is_a_Poisson_process_of_the_same_rate_and_repeats_with_its_seed()
    {
        double[] due = Walk(new OpenSchedule(1_000, 1_000, TimeSpan.FromSeconds(100), random: new Random(7)));
        double[] gaps = [.. due.Zip(due.Skip(1), static (a, b) => b - a)];
        double mean = gaps.Average();
        double deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));

        // 100,000 expected with a standard deviation of 316; exponential gaps have a deviation equal to their mean.
        Assert.InRange(due.Length, 98_000, 102_000);
        Assert.InRange(deviation / mean, 0.97, 1.03);
        Assert.Equal(due, Walk(new OpenSchedule(1_000, 1_000, TimeSpan.FromSeconds(100), random: new Random(7))));
    }

    [Fact]
    public void The_rest_of_a_schedule_can_be_counted_up_to_a_time()
    {
        OpenSchedule schedule = new(1_000, 1_000, TimeSpan.FromSeconds(10));
        for (int i = 0; i < 100; i++)
        {
            Assert.True(schedule.TryNext(out _));
        }

        Assert.Equal(1_900, schedule.CountRest(2 * Stopwatch.Frequency));
    }

    private static double[] Walk(OpenSchedule schedule)
    {
        List<double> due = [];
        while (schedule.TryNext(out long ticks))
        {
            due.Add(ticks / (double)Stopwatch.Frequency);
        }

        return [.. due];
    }
}
