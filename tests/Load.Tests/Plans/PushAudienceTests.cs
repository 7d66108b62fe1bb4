using FastRegistry.Load.Plans;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Tests.Plans;

public sealed class PushAudienceTests
{
    private readonly Measured _each = new();
    private readonly Measured _last = new();

    [Fact]
    public void A_change_is_everywhere_when_the_last_subscriber_has_it()
    {
        PushAudience audience = new(subscribers: 3, _each, _last);
        Task everywhere = audience.Begin(number: 1, sentAt: 1000);

        audience.Arrived(1, 1010, 0);
        audience.Arrived(1, 1020, 0);
        Assert.False(everywhere.IsCompleted);
        audience.Arrived(1, 1035, 0);

        Assert.True(everywhere.IsCompletedSuccessfully);
        Assert.Equal([10, 20, 35], _each.Durations);
        Assert.Equal([35], _last.Durations);
    }

    [Fact]
    public void What_arrives_for_a_change_nobody_began_is_not_counted()
    {
        PushAudience audience = new(subscribers: 1, _each, _last);
        audience.Arrived(5, 10, 0);
        Task everywhere = audience.Begin(number: 5 + PushAudience.Remembered, sentAt: 20);
        audience.Arrived(5, 30, 0);

        Assert.False(everywhere.IsCompleted);
        Assert.Empty(_each.Durations);
    }

    private sealed class Measured : IMeasure
    {
        public List<long> Durations { get; } = [];

        public void Record(long durationTicks, LoadResult result) => Durations.Add(durationTicks);
    }
}
