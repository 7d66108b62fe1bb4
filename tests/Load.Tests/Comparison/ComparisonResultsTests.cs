using System.Collections.Immutable;
using FastRegistry.Load.Comparison;

namespace FastRegistry.Load.Tests.Comparison;

public sealed class ComparisonResultsTests
{
    [Fact]
    public void The_ratio_is_the_median_of_the_ratios_of_the_pairs_and_above_1_is_better()
    {
        ComparisonRow cost = new("cost", "us", static side => side.ReadyMilliseconds, Goal: 11);

        RowResult row = Only(cost, (10, 20), (12, 60), (11, 33));

        Assert.Equal(new Spread(11, 10, 12, 3), row.Measured);
        Assert.Equal(new Spread(33, 20, 60, 3), row.Baseline);
        Assert.Equal(new Spread(3, 2, 5, 3), row.Ratio);
        Assert.Equal([10, 12, 11], row.MeasuredFigures);
        Assert.Equal([20, 60, 33], row.BaselineFigures);
        Assert.True(row.GoalReached);
    }

    [Fact]
    public void Where_more_is_better_the_ratio_is_the_other_way_round()
    {
        ComparisonRow rate = new("rate", "/s", static side => side.ReadyMilliseconds) { MoreIsBetter = true, RatioGoal = 4 };

        RowResult row = Only(rate, (300, 100), (500, 100));

        Assert.Equal(new Spread(4, 3, 5, 2), row.Ratio);
        Assert.True(row.GoalReached);
        Assert.Equal(">= 4x", row.Goal);
    }

    [Fact]
    public void A_goal_that_the_median_misses_is_missed_though_a_run_reached_it()
    {
        ComparisonRow cost = new("cost", "us", static side => side.ReadyMilliseconds, Goal: 10);

        Assert.False(Only(cost, (9, 20), (11, 20), (12, 20)).GoalReached);
    }

    [Fact]
    public void A_row_without_a_figure_says_why()
    {
        ComparisonRow later = new("later", "ms", static _ => null) { Missing = "comes with the cluster" };
        ComparisonRow skipped = new("skipped", "ms", static _ => null);

        ImmutableArray<RowResult> rows = ComparisonResults.Of([later, skipped], [(new SideResults(), new SideResults())]);

        Assert.Equal("comes with the cluster", rows[0].Missing);
        Assert.NotNull(rows[1].Missing);
        Assert.All(rows, static row => Assert.Null(row.GoalReached));
    }

    [Fact]
    public void Every_row_that_can_be_measured_names_a_measurement_that_is_run()
    {
        // Without any report no row has a figure; none may throw.
        ImmutableArray<RowResult> rows = ComparisonResults.Of(ComparisonRows.All, [(new SideResults(), new SideResults())]);

        Assert.All(rows, static row => Assert.NotNull(row.Missing));
    }

    private static RowResult Only(ComparisonRow row, params (double Native, double Baseline)[] pairs) => Assert.Single(ComparisonResults.Of(
        [row],
        [.. pairs.Select(static pair => (new SideResults { ReadyMilliseconds = pair.Native }, new SideResults { ReadyMilliseconds = pair.Baseline }))]));
}
