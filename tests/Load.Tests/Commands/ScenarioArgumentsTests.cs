using FastRegistry.Load.Commands;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Commands;

public sealed class ScenarioArgumentsTests
{
    [Fact]
    public void Every_scenario_runs_without_arguments_and_in_less_than_a_minute_by_plan()
    {
        foreach (ScenarioDefinition definition in ScenarioCatalogue.All)
        {
            ScenarioArguments arguments = Read(definition.Name);
            int parts = Math.Max(1, arguments.Settings.Subscribers.Length);
            double planned = arguments.Settings.IdleSeconds + (parts * (arguments.Settings.DuringSeconds + arguments.Settings.WarmUpSeconds)) + arguments.Settings.DwellSeconds;

            Assert.True(planned < 50, $"{definition.Name}: {planned} s");
            Assert.NotEmpty(arguments.Thresholds);
        }
    }

    [Fact]
    public void The_help_of_a_scenario_names_every_option_it_takes()
    {
        foreach (ScenarioDefinition definition in ScenarioCatalogue.All)
        {
            string usage = ScenarioUsage.Of(definition);
            Assert.All(definition.Options, option => Assert.Contains(option, usage, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("connections", "--connections 0", "--connections: '0' is not a whole number from 1")]
    [InlineData("connections", "--outstanding 8", "unknown option '--outstanding'")]
    [InlineData("query", "--rate fast", "--rate: 'fast' is not a rate")]
    [InlineData("query", "--phases keep(8)", "keep")]
    [InlineData("query", "--threshold p99~5ms", "p99~5ms")]
    [InlineData("query", "--target grpc", "--target: 'grpc' is not one of native, grpc-shaped, http")]
    [InlineData("query", "--client-transport pipes", "--client-transport: 'pipes' is not one of auto, sockets, epoll")]
    [InlineData("query", "--client-transport sockets --target http", "--client-transport is for --target native")]
    [InlineData("query", "--server 127.0.0.1:1,127.0.0.1:2 --http 127.0.0.1:3", "--http names 1 address(es) and --server 2")]
    [InlineData("query", "--servers 2 --server 127.0.0.1:1", "--servers starts servers")]
    [InlineData("query", "--sources 2 --server 192.0.2.1:7848", "--sources: source addresses are 127.0.0.x")]
    [InlineData("push", "--subscribers 10,x", "--subscribers: 'x' is not a whole number")]
    [InlineData("push", "--quiet=yes", "--quiet takes no value")]
    public void A_wrong_argument_is_named_with_its_rule(string scenario, string arguments, string expected)
    {
        ArgumentError error = Assert.Throws<ArgumentError>(() => Read(scenario, arguments.Split(' ')));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", nameof(ClientTransport.Auto))]
    [InlineData("--client-transport auto", nameof(ClientTransport.Auto))]
    [InlineData("--client-transport sockets", nameof(ClientTransport.Sockets))]
    public void The_client_transport_is_chosen(string arguments, string expected) =>
        Assert.Equal(expected, Read("query", arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Settings.ClientTransport.ToString());

    [Fact]
    public void Arguments_change_what_the_scenario_does()
    {
        ScenarioArguments read = Read(
            "connections", "--connections", "100000", "--heartbeat", "off", "--servers", "6", "--generators=7", "--quiet", "--target", "grpc-shaped", "--rate", "500/s");

        Assert.Equal(100_000, read.Settings.Connections);
        Assert.Null(read.Settings.HeartbeatSeconds);
        Assert.Equal(500, read.Settings.Rate);
        Assert.Equal(TargetKind.GrpcShaped, read.Settings.Target);
        Assert.Equal(6, read.OwnServers);
        Assert.Equal(7, read.Generators);
        Assert.True(read.Quiet);
    }

    private static ScenarioArguments Read(string scenario, params string[] arguments) =>
        ScenarioArguments.Read(ScenarioCatalogue.Find(scenario)!, arguments);
}
