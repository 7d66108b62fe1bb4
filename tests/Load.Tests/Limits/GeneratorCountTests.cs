using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;

namespace FastRegistry.Load.Tests.Limits;

public sealed class GeneratorCountTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(19_872, 1)]
    [InlineData(19_873, 2)]
    [InlineData(100_000, 6)]
    public void Each_process_takes_what_its_open_file_limit_leaves(int connections, int processes) =>
        Assert.Equal(processes, GeneratorCount.For(connections, 20_000));

    [Fact]
    public void An_unknown_limit_needs_one_process() => Assert.Equal(1, GeneratorCount.For(1_000_000, openFiles: null));

    [Fact]
    public void Too_many_processes_are_refused_with_the_limit_that_would_do()
    {
        CannotRunException refusal = Assert.Throws<CannotRunException>(() => GeneratorCount.For(1_000_000, 1024));

        Assert.Contains("1117 generator processes", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("15754", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(64, GeneratorCount.For(1_000_000, 15_754));
    }

    [Theory]
    [InlineData(100_000, 19_000, 6)]
    [InlineData(19_000, 19_000, 1)]
    [InlineData(100_000, null, 6)]
    [InlineData(0, 19_000, 1)]
    public void Own_servers_are_as_many_as_their_limit_asks_for(int connections, int? limit, int servers) =>
        Assert.Equal(servers, ServerCount.For(connections, limit, 20_000));
}
