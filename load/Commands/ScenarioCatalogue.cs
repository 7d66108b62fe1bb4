using System.Collections.Immutable;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>All scenarios with their defaults; each takes less than a minute without arguments.</summary>
internal static class ScenarioCatalogue
{
    private const string NothingFailed = "fail-percent == 0";
    private const string NothingLost = "losses == 0";
    private const string NothingLeft = "left == 0";
    private const string KeptUp = "achieved-percent >= 95";

    public static ImmutableArray<ScenarioDefinition> All { get; } =
    [
        new(
            "open connections, leave them alone, have them send heartbeats, close them; what each costs the server ('--transport memory --help': without sockets)",
            Settings(ScenarioNames.Connections) with { Connections = 1000, IdleSeconds = 3, HeartbeatSeconds = 5, DuringSeconds = 10 },
            ["--connections", "--rate", "--idle", "--heartbeat", "--during", "--concurrency"],
            [NothingFailed, NothingLost, NothingLeft, "heartbeats/" + KeptUp]),
        new(
            "heartbeats at a rate over open connections",
            Settings(ScenarioNames.Heartbeats) with { Connections = 1000, Rate = 2000, DuringSeconds = 10, WarmUpSeconds = 2 },
            ["--connections", "--rate", "--during", "--warm-up", "--phases", "--concurrency"],
            [NothingFailed, NothingLost, NothingLeft, KeptUp]),
        new(
            "registrations that each change something; closed, or open with --rate",
            Settings(ScenarioNames.Register) with { Connections = 8, Outstanding = 8, Services = 100, DuringSeconds = 10, WarmUpSeconds = 2 },
            ["--connections", "--outstanding", "--rate", "--services", "--during", "--warm-up", "--phases", "--concurrency"],
            [NothingFailed, NothingLost, NothingLeft]),
        new(
            "lists of services that do not change; closed, or open with --rate",
            Settings(ScenarioNames.Query) with { Connections = 8, Outstanding = 8, Services = 10, Instances = 10, DuringSeconds = 10, WarmUpSeconds = 2 },
            ["--connections", "--outstanding", "--rate", "--services", "--instances", "--during", "--warm-up", "--phases", "--concurrency"],
            [NothingFailed, NothingLost, NothingLeft]),
        new(
            "changes of a service until they have arrived at its subscribers",
            Settings(ScenarioNames.Push) with { Subscribers = [1, 100, 1000, 10_000], PayloadBytes = 1024, DuringSeconds = 6, WarmUpSeconds = 1 },
            ["--subscribers", "--slow-subscribers", "--instances", "--rate", "--payload", "--during", "--warm-up", "--concurrency"],
            [NothingFailed, NothingLost, NothingLeft]),
        new(
            "clients that come, register, subscribe, query, change, batch, unsubscribe, deregister and go, one in five without a word; whether the servers come back to rest",
            Settings(ScenarioNames.Churn) with { Rate = 200, Services = 50, DwellSeconds = 1, DuringSeconds = 20, WarmUpSeconds = 2 },
            ["--rate", "--services", "--dwell", "--during", "--warm-up", "--phases", "--connections"],
            [NothingFailed, NothingLost, NothingLeft, KeptUp]),
        new(
            "fill the registry, each instance registered once; what an instance costs the server",
            Settings(ScenarioNames.Instances) with { Connections = 20, Outstanding = 50, Services = 1000, Instances = 100_000 },
            ["--connections", "--outstanding", "--services", "--instances", "--idle"],
            [NothingFailed, NothingLost, NothingLeft]),
    ];

    public static ScenarioDefinition? Find(string name) => All.FirstOrDefault(definition => definition.Name == name);

    private static RunSettings Settings(string scenario) => new() { Scenario = scenario, Servers = [] };
}
