using FastRegistry.Load.Commands;
using FastRegistry.Load.InMemory;

namespace FastRegistry.Load.Tests.InMemory;

public sealed class InMemoryArgumentsTests
{
    [Fact]
    public void It_takes_the_place_of_sockets_only_where_the_transport_is_named()
    {
        Assert.True(InMemoryArguments.AreMeant(["--connections", "5", "--transport", "memory"]));
        Assert.True(InMemoryArguments.AreMeant(["--transport=memory"]));
        Assert.False(InMemoryArguments.AreMeant(["--connections", "5"]));
    }

    [Fact]
    public void Options_become_settings()
    {
        InMemoryArguments read = InMemoryArguments.Read(["--transport", "memory", "--connections", "7", "--idle", "2s", "--probe-answer=1500ms", "--quiet"]);
        Assert.Equal((7, 2.0, 1.5, 6.0), (read.Settings.Connections, read.Settings.IdleSeconds, read.Settings.ProbeAnswerSeconds, read.Settings.IdleProbeSeconds));
        Assert.True(read.Quiet);
        Assert.Equal(100_000, InMemoryArguments.Read(["--transport=memory"]).Settings.Connections);
    }

    [Theory]
    [InlineData("--transport sockets", "--transport: 'sockets' is not memory")]
    [InlineData("--transport memory --servers 2", "unknown option '--servers'")]
    [InlineData("--transport memory --connections 0", "--connections: '0' is not a whole number from 1")]
    public void What_it_does_not_take_is_refused_with_the_option(string arguments, string message)
    {
        ArgumentError error = Assert.Throws<ArgumentError>(() => InMemoryArguments.Read(arguments.Split(' ')));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
