using System.Collections.Immutable;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Restore;

namespace FastRegistry.Load.Comparison;

/// <summary>The runs of a comparison, in their order on each server.</summary>
internal static class Measurements
{
    public const string Connections = "connections";
    public const string QueryFull = "query-full";
    public const string QueryRate = "query-rate";
    public const string RegisterFull = "register-full";
    public const string RegisterRate = "register-rate";
    public const string Push = "push";
    public const string Instances = "instances";
    public const string Restore = "restore";
    public const string Many = "many";

    private const double Window = 3;

    public static ImmutableArray<Measurement> All { get; } =
    [
        new(Connections, Settings(ScenarioNames.Connections) with { Connections = 5000, IdleSeconds = 1, HeartbeatSeconds = 1, DuringSeconds = Window }),
        new(QueryFull, Queries() with { WarmUpSeconds = 2 }),
        new(QueryRate, Queries() with { Rate = 20_000, WarmUpSeconds = 1 }),
        new(RegisterFull, Registrations() with { WarmUpSeconds = 2 }),
        new(RegisterRate, Registrations() with { Rate = 10_000, WarmUpSeconds = 1 }),
        new(Push, Settings(ScenarioNames.Push) with { Subscribers = [100, 1000, 10_000], PayloadBytes = 1024, DuringSeconds = Window, WarmUpSeconds = 1 }),
        new(Instances, Settings(ScenarioNames.Instances) with { Connections = 20, Outstanding = 50, Services = 10_000, Instances = 1_000_000 }, BaselineToo: false),
        new(Restore, Settings(RestoreArguments.Command))
        {
            Servers = 0,

            // The hard case, all in the same moment and all for whole lists: with the jitter of clients the time would be that of the jitter.
            Restore = new RestoreSettings { SpreadSeconds = 0, Held = false, NodeWarmUpSeconds = 1 },
        },
        new(Many, Settings(ScenarioNames.Connections) with { Connections = 100_000, IdleSeconds = 5, HeartbeatSeconds = 5, DuringSeconds = 15, SetupTimeoutSeconds = 60 })
        {
            Servers = 6,
            Once = true,
        },
    ];

    private static RunSettings Queries() =>
        Settings(ScenarioNames.Query) with { Connections = 8, Outstanding = 8, Services = 10, Instances = 10, DuringSeconds = Window };

    private static RunSettings Registrations() =>
        Settings(ScenarioNames.Register) with { Connections = 8, Outstanding = 8, Services = 100, DuringSeconds = Window };

    private static RunSettings Settings(string scenario) => new() { Scenario = scenario, Servers = [], Sources = 4 };
}
