using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Tests.Running;

public sealed class ScenarioRulesTests
{
    private static readonly LoadScenario Legal = Iterations.Scenario(Iterations.Ok, new LoadPhase.KeepConstant(1, TimeSpan.FromSeconds(1)));

    [Fact]
    public void A_name_phases_and_times_are_demanded()
    {
        AssertRefused(Legal with { Name = " " }, "Name must not be empty");
        AssertRefused(Legal with { Phases = [] }, "Phases must have at least one phase");
        AssertRefused(Legal with { Phases = default }, "Phases must have at least one phase");
        AssertRefused(Legal with { WarmUp = TimeSpan.FromSeconds(-1) }, "WarmUp must not be negative");
        AssertRefused(Legal with { CompletionTimeout = TimeSpan.FromSeconds(-1) }, "CompletionTimeout must not be negative");
        AssertRefused(Legal with { Steps = ["one", "one"] }, "Steps must have different names");
    }

    [Fact]
    public void Phases_are_refused_with_their_number_field_and_rule()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);
        AssertRefused(With(new LoadPhase.KeepConstant(-1, second)), "Phases[1].Copies must not be negative");
        AssertRefused(With(new LoadPhase.RampingConstant(1, TimeSpan.Zero)), "Phases[1].During must be above 0");
        AssertRefused(With(new LoadPhase.Inject(-1, second, second)), "Phases[1].Rate must be");
        AssertRefused(With(new LoadPhase.RampingInject(double.NaN, second, second)), "Phases[1].Rate must be");
        AssertRefused(With(new LoadPhase.Inject(1, TimeSpan.Zero, second)), "Phases[1].Interval must be above 0");
        AssertRefused(With(new LoadPhase.IterationsForConstant(1, -1)), "Phases[1].Iterations must not be negative");
        AssertRefused(With(new LoadPhase.Pause(TimeSpan.Zero)), "Phases[1].During must be above 0");
    }

    private static LoadScenario With(LoadPhase phase) => Legal with { Phases = [Legal.Phases[0], phase] };

    private static void AssertRefused(LoadScenario scenario, string rule) =>
        Assert.Contains(rule, Assert.Throws<ArgumentException>(() => new ScenarioRunner(scenario)).Message, StringComparison.Ordinal);
}
