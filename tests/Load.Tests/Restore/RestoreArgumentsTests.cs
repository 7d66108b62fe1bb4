using FastRegistry.Load.Commands;
using FastRegistry.Load.Restore;

namespace FastRegistry.Load.Tests.Restore;

public sealed class RestoreArgumentsTests
{
    [Fact]
    public void Without_options_a_small_fleet_comes_back_with_the_jitter_of_the_client_and_says_what_it_has()
    {
        RestoreArguments read = RestoreArguments.Read([]);

        Assert.Equal(new RestoreSettings(), read.Settings);
        Assert.Equal((500, 20, 2.0, true), (read.Settings.Clients, read.Settings.Subscriptions, read.Settings.SpreadSeconds, read.Settings.Held));
        Assert.Null(read.ServerProgram);
    }

    [Fact]
    public void Every_option_is_taken()
    {
        RestoreArguments read = RestoreArguments.Read(
            "--clients 7 --registrations 0 --subscriptions 3 --services 4 --instances 5 --spread 0s --held off --node-warm-up 500ms --timeout 9s --quiet --server-arguments --A:B=1".Split(' '));

        RestoreSettings expected = new()
        {
            Clients = 7,
            Registrations = 0,
            Subscriptions = 3,
            Services = 4,
            Instances = 5,
            SpreadSeconds = 0,
            Held = false,
            NodeWarmUpSeconds = 0.5,
            TimeoutSeconds = 9,
        };
        Assert.Equal(expected, read.Settings);
        Assert.Equal(4, read.Settings.Fillers);
        Assert.True(read.Quiet);
        Assert.Equal(["--A:B=1"], read.ServerArguments);
    }

    [Theory]
    [InlineData("--clients", "0", "--clients: '0' is not a whole number from 1 to 20000")]
    [InlineData("--held", "yes", "--held: 'yes' is not one of on, off")]
    [InlineData("--subscriptions", "101", "--subscriptions: a client cannot have 101 different services of 100; --services says how many there are")]
    [InlineData("--registrations", "101", "--registrations: a client cannot have 101 different services of 100")]
    [InlineData("--rate", "5/s", "unknown option '--rate'; 'load restore --help' lists them")]
    public void Wrong_arguments_are_named(string option, string value, string expected)
    {
        ArgumentError refused = Assert.Throws<ArgumentError>(() => RestoreArguments.Read([option, value]));
        Assert.StartsWith(expected, refused.Message, StringComparison.Ordinal);
    }
}
