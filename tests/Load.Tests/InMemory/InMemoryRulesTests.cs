using System.Collections.Immutable;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Thresholds;

namespace FastRegistry.Load.Tests.InMemory;

public sealed class InMemoryRulesTests
{
    private static readonly InMemoryFigures Good = SampleFigures.Good;

    [Fact]
    public void A_run_that_did_everything_right_holds_every_rule() =>
        Assert.All(InMemoryRules.Judge(SampleFigures.Settings, Good), static rule => Assert.True(rule.Held, rule.Text));

    [Fact]
    public void A_session_of_more_than_800_bytes_without_its_pipes_breaks_the_rule() =>
        AssertBreaksOne("heap per session", Good with { Heap = Good.Heap with { SessionBytes = 501 } });

    [Fact]
    public void Pipes_do_not_count_as_session() =>
        Assert.Equal(700, (Good.Heap with { PipesBytes = 5000 }).WithoutPipesBytes);

    [Fact]
    public void More_than_a_hundredth_of_a_core_while_all_are_idle_breaks_the_rule() =>
        AssertBreaksOne("all idle", Good with { IdleCpuSeconds = 0.11 });

    [Fact]
    public void A_probe_without_an_answer_breaks_the_rule() => AssertBreaksOne("answered", Good with { Answered = 9 });

    [Fact]
    public void A_session_that_ended_by_itself_breaks_the_rule() => AssertBreaksOne("lost", Good with { Lost = 1 });

    [Fact]
    public void A_client_that_was_released_twice_breaks_the_rule() =>
        AssertBreaksOne("exactly once", Good with { Eject = Good.Eject with { ReleasedOnce = 9, ReleasedAgain = 1 } });

    [Fact]
    public void A_client_that_was_released_before_its_time_breaks_the_rule() =>
        AssertBreaksOne("too early", Good with { Eject = Good.Eject with { ReleasedEarly = 1 } });

    [Fact]
    public void Anything_that_was_not_given_back_breaks_the_rule() => AssertBreaksOne("left", Good with { Left = 1 });

    [Fact]
    public void Memory_that_stays_breaks_the_rule_unless_it_is_free_blocks()
    {
        AssertBreaksOne("kept afterwards", Good with { After = Good.After with { ManagedHeapBytes = 9_000_000 } });
        InMemoryFigures blocks = Good with { After = Good.After with { ManagedHeapBytes = 9_000_000, FreeBlockBytes = 8_000_000 } };
        Assert.All(InMemoryRules.Judge(SampleFigures.Settings, blocks), static rule => Assert.True(rule.Held, rule.Text));
    }

    private static void AssertBreaksOne(string text, InMemoryFigures figures)
    {
        ImmutableArray<ThresholdResult> rules = InMemoryRules.Judge(SampleFigures.Settings, figures);
        ThresholdResult broken = Assert.Single(rules, static rule => !rule.Held);
        Assert.Contains(text, broken.Text, StringComparison.Ordinal);
    }
}
