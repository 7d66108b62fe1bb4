using FastRegistry.Load.Commands;
using FastRegistry.Load.Connections;

namespace FastRegistry.Load.Tests.Connections;

public sealed class ConnectionsOptionsTests
{
    [Fact]
    public void Arguments_say_how_many_and_how_long()
    {
        ConnectionsOptions options = ConnectionsOptions.Read(["--connections", "5000", "--hold", "500ms", "--heartbeat", "off", "--server=127.0.0.1:17848"]);

        Assert.Equal(5000, options.Connections);
        Assert.Equal(TimeSpan.FromMilliseconds(500), options.Hold);
        Assert.Null(options.Heartbeat);
        Assert.Equal(17848, options.Server.Port);
    }

    [Theory]
    [InlineData("--conections", "5")]
    [InlineData("--connections", "many")]
    [InlineData("--connections", "0")]
    [InlineData("--hold", "10 parsecs")]
    [InlineData("--server", "nowhere")]
    public void Wrong_argument_is_named(string name, string value)
    {
        ArgumentError error = Assert.Throws<ArgumentError>(() => ConnectionsOptions.Read([name, value]));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
