using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Reports;

public sealed class SettingsTextTests
{
    [Fact]
    public void Every_setting_the_scenario_takes_is_on_the_command_line()
    {
        RunSettings settings = new()
        {
            Scenario = "push",
            Target = TargetKind.GrpcShaped,
            Servers = [new ServerAddress("127.0.0.1:1", "127.0.0.1:2"), new ServerAddress("127.0.0.1:3", "127.0.0.1:4")],
            Connections = 5000,
            Outstanding = 4,
            Rate = 2.5,
            DuringSeconds = 90,
            WarmUpSeconds = 0.25,
            HeartbeatSeconds = 5,
            Services = 7,
            Instances = 9,
            Subscribers = [10, 100],
            SlowSubscribers = 2,
            PayloadBytes = 2048,
            Concurrency = 32,
            SetupTimeoutSeconds = 15,
            Sources = 4,
            RandomSpacing = true,
        };

        Assert.Equal(
            "load push --target grpc-shaped --server 127.0.0.1:1,127.0.0.1:3 --http 127.0.0.1:2,127.0.0.1:4 --subscribers 10,100 --slow-subscribers 2 --instances 9 --rate 2.5/s"
            + " --payload 2048 --during 90s --warm-up 250ms --concurrency 32 --setup-timeout 15s --sources 4 --spacing random --generators 3",
            SettingsText.Write(settings, generators: 3));
    }

    [Theory]
    [InlineData(nameof(ClientTransport.Sockets), "--client-transport sockets")]
    [InlineData(nameof(ClientTransport.Epoll), "--client-transport epoll")]
    public void A_native_run_names_its_client_transport(string transport, string expected) =>
        Assert.Contains(expected, Native(Enum.Parse<ClientTransport>(transport)), StringComparison.Ordinal);

    [Fact]
    public void What_was_chosen_by_itself_is_named_as_what_it_was() => Assert.DoesNotContain("auto", Native(ClientTransport.Auto), StringComparison.Ordinal);

    private static string Native(ClientTransport transport) => SettingsText.Write(
        new RunSettings { Scenario = "query", Servers = [new ServerAddress("127.0.0.1:1", "127.0.0.1:2")], ClientTransport = transport }, generators: 1);
}
