namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>Loop and connections on a kernel of our own, on one thread: every run is decided by its seed and replays to the last call.</summary>
public sealed class SimulatedRunTests(ITestOutputHelper output)
{
    private const int Steps = 4_000;
    private const int Runs = 12;

    [Fact]
    public void Whatever_the_kernel_does_bytes_keep_their_order_and_nothing_is_left()
    {
        int seed = TestSeed.Choose(output);
        for (int run = 0; run < Runs; run++)
        {
            SimulatedRun result = SimulatedRun.Play(unchecked(seed + run), Steps);
            Assert.True(result.Violation is null, $"seed {unchecked(seed + run)}: {result.Violation}");
            Assert.True(result.Ended > 20, $"seed {unchecked(seed + run)}: only {result.Ended} connections came and went");
            Assert.True(result.Echoed > 10_000, $"seed {unchecked(seed + run)}: only {result.Echoed} bytes were echoed");
        }
    }

    [Fact]
    public void A_seed_replays()
    {
        int seed = TestSeed.Choose(output);
        SimulatedRun first = SimulatedRun.Play(seed, Steps);
        SimulatedRun second = SimulatedRun.Play(seed, Steps);
        Assert.Equal(first, second);
        Assert.NotEqual(first.Trace, SimulatedRun.Play(unchecked(seed + 1), Steps).Trace);
    }
}
