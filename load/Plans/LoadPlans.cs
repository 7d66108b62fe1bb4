using FastRegistry.Load.Commands;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Plans;

/// <summary>Makes the plan of a scenario for one generator.</summary>
internal static class LoadPlans
{
    /// <exception cref="CannotRunException">The target cannot do what the scenario needs.</exception>
    public static ILoadPlan Create(RunSettings settings, GeneratorShare share)
    {
        ITarget target = TargetSelection.Create(settings.Target, settings.ClientTransport);
        Require(target.Abilities, settings);
        ConnectionSet connections = new(target, settings, share);
        return settings.Scenario switch
        {
            ScenarioNames.Connections => new ConnectionsPlan(connections),
            ScenarioNames.Heartbeats => new HeartbeatsPlan(connections),
            ScenarioNames.Register => new RegisterPlan(connections),
            ScenarioNames.Query => new QueryPlan(connections),
            ScenarioNames.Push => new PushPlan(connections),
            ScenarioNames.Churn => new ChurnPlan(connections),
            ScenarioNames.Instances => new InstancesPlan(connections),
            string name => throw new CannotRunException($"there is no scenario '{name}'"),
        };
    }

    /// <summary>For whoever wants to know before anything is started.</summary>
    /// <exception cref="CannotRunException">The target cannot do what the scenario needs.</exception>
    public static async Task RequireAbilitiesAsync(RunSettings settings)
    {
        await using ITarget target = TargetSelection.Create(settings.Target);
        Require(target.Abilities, settings);
    }

    private static void Require(TargetAbilities abilities, RunSettings settings)
    {
        TargetAbilities needed = settings.Scenario switch
        {
            ScenarioNames.Connections => settings.HeartbeatSeconds is null ? TargetAbilities.Connections : TargetAbilities.Connections | TargetAbilities.Heartbeats,
            ScenarioNames.Heartbeats => TargetAbilities.Heartbeats,
            ScenarioNames.Register or ScenarioNames.Instances => TargetAbilities.Register,
            ScenarioNames.Query or ScenarioNames.Churn => TargetAbilities.Register | TargetAbilities.Query,
            ScenarioNames.Push => TargetAbilities.Register | TargetAbilities.Push,
            _ => TargetAbilities.None,
        };
        TargetAbilities missing = needed & ~abilities;
        if (missing != TargetAbilities.None)
        {
            throw new CannotRunException($"{settings.Scenario} needs a target with {missing.ToString().ToLowerInvariant()}, and --target {SettingsText.TargetName(settings.Target)} has none yet");
        }
    }
}
