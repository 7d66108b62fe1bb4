using FastRegistry.Load.Plans;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Reports;

public sealed class SettingsTextTests
{
    [Fact]
    public void Every_setting_is_on_the_command_line()
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
            PayloadBytes = 2048,
            Concurrency = 32,
            SetupTimeoutSeconds = 15,
            Sources = 4,
            RandomSpacing = true,
            Phases = "inject rate=10 interval=1s during=5s",
        };

        Assert.Equal(
            "load push --target grpc-shaped --server 127.0.0.1:1,127.0.0.1:3 --http 127.0.0.1:2,127.0.0.1:4 --connections 5000 --outstanding 4 --rate 2.5/s"
            + " --during 90s --warm-up 250ms --heartbeat 5s --services 7 --instances 9 --subscribers 10,100 --payload 2048 --concurrency 32 --setup-timeout 15s"
            + " --sources 4 --spacing random --phases 'inject rate=10 interval=1s during=5s' --generators 3",
            SettingsText.Write(settings, generators: 3));
    }
}
