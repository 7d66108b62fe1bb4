using FastRegistry.Node.Sessions;

namespace FastRegistry.Server.Tests.Sessions;

public sealed class CompactTimestampTests
{
    private const long Wrap = 1L << 32;
    private const long Day = 24L * 60 * 60 * 1000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20_000, 25_000)]
    [InlineData(Wrap - 10, Wrap + 10)]
    [InlineData((3 * Wrap) - 1, (3 * Wrap) + (20 * Day))]
    [InlineData(Wrap + 5, Wrap - 5)]
    public void A_time_comes_back_whole_from_one_that_is_days_away(long time, long now) => Assert.Equal(time, CompactTimestamp.At(CompactTimestamp.Of(time), now));

    [Theory]
    [InlineData(0)]
    [InlineData(Wrap)]
    public void The_millisecond_that_would_mean_none_counts_as_the_next(long time)
    {
        Assert.NotEqual(CompactTimestamp.None, CompactTimestamp.Of(time));
        Assert.Equal(time + 1, CompactTimestamp.At(CompactTimestamp.Of(time), time + 5000));
    }
}
