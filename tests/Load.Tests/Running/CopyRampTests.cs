using FastRegistry.Load.Running;

namespace FastRegistry.Load.Tests.Running;

public sealed class CopyRampTests
{
    [Theory]
    [InlineData(0, 10, 1_000)]
    [InlineData(10, 0, 1_000)]
    [InlineData(3, 64, 977)]
    [InlineData(64, 3, 977)]
    [InlineData(5, 5, 100)]
    public void Copies_follow_the_line_between_both_ends(int from, int to, long during)
    {
        CopyRamp ramp = new(from, to, during);

        for (long t = 0; t <= during; t++)
        {
            double line = from + ((to - from) * (double)t / during);
            Assert.InRange(ramp.CopiesAfter(t), Math.Floor(line), Math.Floor(line) + 1);
        }

        Assert.Equal(to, ramp.CopiesAfter(during));
    }

    [Theory]
    [InlineData(0, 10, 1_000)]
    [InlineData(64, 3, 977)]
    public void The_next_change_is_when_the_number_changes(int from, int to, long during)
    {
        CopyRamp ramp = new(from, to, during);

        for (long t = 0; t < during; t++)
        {
            long next = ramp.NextChangeAfter(t);
            Assert.InRange(next, t + 1, during);
            Assert.Equal(ramp.CopiesAfter(t), ramp.CopiesAfter(next - 1));
            Assert.True(next == during || ramp.CopiesAfter(next) != ramp.CopiesAfter(t));
        }
    }
}
