using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>What a scenario must fulfil to be run.</summary>
internal static class ScenarioRules
{
    /// <exception cref="ArgumentException">It does not fulfil a rule; names the field and the rule.</exception>
    public static void Require(LoadScenario scenario)
    {
        Require(!string.IsNullOrWhiteSpace(scenario.Name), scenario, "Name must not be empty");
        Require(!scenario.Phases.IsDefaultOrEmpty, scenario, "Phases must have at least one phase");
        Require(scenario.WarmUp >= TimeSpan.Zero, scenario, "WarmUp must not be negative");
        Require(scenario.CompletionTimeout >= TimeSpan.Zero, scenario, "CompletionTimeout must not be negative");
        Require(!scenario.Steps.IsDefault && scenario.Steps.All(static name => !string.IsNullOrWhiteSpace(name)), scenario, "Steps must have names");
        Require(scenario.Steps.Distinct().Count() == scenario.Steps.Length, scenario, "Steps must have different names");
        for (int i = 0; i < scenario.Phases.Length; i++)
        {
            string? broken = BrokenRuleOf(scenario.Phases[i]);
            Require(broken is null, scenario, $"Phases[{i}].{broken}");
        }
    }

    /// <summary>Null when the phase is legal; else field and rule.</summary>
    public static string? BrokenRuleOf(LoadPhase phase) => phase switch
    {
        not LoadPhase.IterationsForConstant when phase.During <= TimeSpan.Zero => "During must be above 0",
        LoadPhase.RampingConstant { Copies: < 0 } or LoadPhase.KeepConstant { Copies: < 0 } or LoadPhase.IterationsForConstant { Copies: < 0 } =>
            "Copies must not be negative",
        LoadPhase.IterationsForConstant { Iterations: < 0 } => "Iterations must not be negative",
        LoadPhase.IterationsForConstant { Copies: 0, Iterations: > 0 } => "Copies must be at least 1 where there are iterations",
        LoadPhase.Inject inject when !IsRate(inject.Rate) => "Rate must be a number and not negative",
        LoadPhase.RampingInject inject when !IsRate(inject.Rate) => "Rate must be a number and not negative",
        LoadPhase.Inject inject when inject.Interval <= TimeSpan.Zero => "Interval must be above 0",
        LoadPhase.RampingInject inject when inject.Interval <= TimeSpan.Zero => "Interval must be above 0",
        _ => null,
    };

    private static bool IsRate(double rate) => rate >= 0 && double.IsFinite(rate);

    private static void Require(bool isFulfilled, LoadScenario scenario, string rule)
    {
        if (!isFulfilled)
        {
            throw new ArgumentException($"scenario '{scenario.Name}': {rule}", nameof(scenario));
        }
    }
}
