using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Tests.Plans;

public sealed class GeneratorShareTests
{
    [Theory]
    [InlineData(100_000, 6)]
    [InlineData(5, 8)]
    [InlineData(0, 3)]
    [InlineData(1, 1)]
    public void All_parts_add_up_and_differ_by_one_at_most(int total, int generators)
    {
        int[] parts = [.. Enumerable.Range(0, generators).Select(index => new GeneratorShare(index, generators).Of(total))];

        Assert.Equal(total, parts.Sum());
        Assert.True(parts.Max() - parts.Min() <= 1);
    }
}
