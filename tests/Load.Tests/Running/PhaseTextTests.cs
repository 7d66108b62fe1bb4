using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Tests.Running;

public sealed class PhaseTextTests
{
    private const string Everything =
        "ramp-keep(64, 5s); keep(64, 10s); pause(500ms); ramp-inject(1000/s, 10s); inject(2.5/100ms, 30s); iterations(64, 10000)";

    private static readonly LoadPhase[] Phases =
    [
        new LoadPhase.RampingConstant(64, TimeSpan.FromSeconds(5)),
        new LoadPhase.KeepConstant(64, TimeSpan.FromSeconds(10)),
        new LoadPhase.Pause(TimeSpan.FromMilliseconds(500)),
        new LoadPhase.RampingInject(1_000, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)),
        new LoadPhase.Inject(2.5, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)),
        new LoadPhase.IterationsForConstant(64, 10_000),
    ];

    [Fact]
    public void Every_phase_can_be_read_and_is_written_as_it_was_read()
    {
        ImmutableArray<LoadPhase> read = PhaseText.Parse(Everything);

        Assert.Equal(Phases, read);
        Assert.Equal(Everything, PhaseText.Format(read));
    }

    [Fact]
    public void Spaces_and_a_last_semicolon_do_not_matter() => Assert.Equal(Phases[..2], PhaseText.Parse(" ramp-keep( 64,5s );keep (64 , 10s);"));

    [Theory]
    [InlineData("", "no phase")]
    [InlineData("keep(64, 10s); hold(3)", "'hold(3)'")]
    [InlineData("keep(64)", "keep(COPIES, TIME)")]
    [InlineData("keep 64, 10s", "'keep 64, 10s'")]
    [InlineData("keep(many, 10s)", "copies 'many' must be a whole number")]
    [InlineData("keep(64, 10)", "'10' is not a duration")]
    [InlineData("keep(64, 0s)", "During must be above 0")]
    [InlineData("inject(1000, 10s)", "'1000' is not a rate")]
    [InlineData("inject(fast/s, 10s)", "'fast/s' is not a rate")]
    [InlineData("inject(10/0s, 10s)", "Interval must be above 0")]
    [InlineData("iterations(64, -1)", "iterations '-1'")]
    [InlineData("iterations(0, 5)", "Copies must be at least 1")]
    public void A_wrong_phase_is_named_with_its_rule(string text, string expected)
    {
        ArgumentError error = Assert.Throws<ArgumentError>(() => PhaseText.Parse(text));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void The_shares_of_all_generators_are_the_whole(int generators)
    {
        LoadPhase[][] shares = [.. Enumerable.Range(0, generators).Select(i => PhaseShare.Of([.. Phases], new GeneratorShare(i, generators)).ToArray())];

        Assert.Equal(64, shares.Sum(static share => ((LoadPhase.KeepConstant)share[1]).Copies));
        Assert.Equal(1_000, shares.Sum(static share => ((LoadPhase.RampingInject)share[3]).Rate), 6);
        Assert.Equal(64, shares.Sum(static share => ((LoadPhase.IterationsForConstant)share[5]).Copies));
        Assert.Equal(10_000, shares.Sum(static share => ((LoadPhase.IterationsForConstant)share[5]).Iterations));
        Assert.All(shares, static share => Assert.Null(ScenarioRules.BrokenRuleOf(share[5])));
        Assert.All(shares, static share => Assert.Equal(TimeSpan.FromMilliseconds(500), share[2].During));
    }
}
