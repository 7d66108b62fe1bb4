using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.Tests.Hosting;

public sealed class ConnectionAllowanceTests
{
    [Fact]
    public void Enough_descriptors_leave_the_configured_limit()
    {
        ConnectionAllowance allowance = ConnectionAllowance.Of(new LimitOptions { Connections = 1000 }, openFileLimit: 1_000_000, openFiles: 150);

        Assert.Equal((1000, 1024), (allowance.Clients, allowance.Refused));
        Assert.Equal("Limits:Connections is 1000", allowance.LimitText);
    }

    [Fact]
    public void Too_few_descriptors_lower_it_and_some_stay_spare()
    {
        ConnectionAllowance allowance = ConnectionAllowance.Of(new LimitOptions(), openFileLimit: 1024, openFiles: 150);

        Assert.InRange(allowance.Clients + allowance.Http + allowance.Refused + 150, 800, 1024 - 128);
        Assert.Equal(23, allowance.Refused);
        Assert.Contains("open-file limit of 1024", allowance.LimitText, StringComparison.Ordinal);
    }

    [Fact]
    public void No_room_at_all_stops_the_start_and_says_what_would_be_needed()
    {
        ConfigurationError error = Assert.Throws<ConfigurationError>(() => ConnectionAllowance.Of(new LimitOptions(), openFileLimit: 200, openFiles: 150));

        Assert.Contains("200", error.Message, StringComparison.Ordinal);
        Assert.Contains("at least 311", error.Message, StringComparison.Ordinal);
    }
}
