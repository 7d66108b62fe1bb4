using FastRegistry.Load.Observation;

namespace FastRegistry.Load.Tests.Observation;

public sealed class ProcessMemoryPeakTests
{
    [Theory]
    [InlineData("Name:\tx\nVmPeak:\t  900 kB\nVmHWM:\t    123 kB\nVmRSS:\t 100 kB\n", 123L * 1024)]
    [InlineData("Name:\tx\n", null)]
    [InlineData("VmHWM:\t many\n", null)]
    public void The_peak_is_read_from_what_the_kernel_says(string status, long? bytes) => Assert.Equal(bytes, ProcessMemoryPeak.Parse(status));

    [Fact]
    public void This_process_has_a_peak_and_one_that_does_not_exist_has_none()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc");

        Assert.True(new ProcessMemoryPeak(Environment.ProcessId).Read() > 1_000_000);
        Assert.Null(new ProcessMemoryPeak(int.MaxValue).Read());
    }
}
