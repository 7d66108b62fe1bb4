using FastRegistry.Load.Limits;

namespace FastRegistry.Load.Tests.Limits;

public sealed class MachineLimitsTests
{
    [Fact]
    public void Available_memory_is_read_in_bytes() =>
        Assert.Equal(24_183_264L * 1024, MachineLimits.ParseAvailableMemory("MemTotal: 1 kB\nMemAvailable:   24183264 kB\nSwapFree: 2 kB\n"));

    [Fact]
    public void Room_for_files_is_the_maximum_less_those_in_use()
    {
        Assert.Equal(9_000, MachineLimits.ParseFreeFiles("1000\t0\t10000\n"));
        Assert.Equal(long.MaxValue - 1_000, MachineLimits.ParseFreeFiles("1000\t0\t9223372036854775807\n"));
    }

    [Fact]
    public void Text_of_another_shape_tells_nothing()
    {
        Assert.Null(MachineLimits.ParseAvailableMemory("MemTotal: 1 kB\n"));
        Assert.Null(MachineLimits.ParseFreeFiles("1000\n"));
    }
}
