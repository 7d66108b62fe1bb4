using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Tests.Statistics;

public sealed class FailureCounterTests
{
    [Fact]
    public void Kinds_are_added_up_the_most_frequent_first()
    {
        FailureCount[] counts = [new("reset", 2), new("refused", 5), new("reset", 4), new("timeout", 1)];

        Assert.Equal([new("reset", 6), new("refused", 5), new("timeout", 1)], FailureCounter.Sum(counts));
    }

    [Fact]
    public void Kinds_that_are_no_constants_do_not_fill_the_memory()
    {
        FailureCounter counter = new();
        for (int i = 0; i < 10_000; i++)
        {
            counter.Count($"failure {i}");
        }

        Assert.Equal(10_000, counter.Total);
        Assert.InRange(counter.ToList().Count, 2, 300);
        Assert.Equal("other kinds", counter.ToList()[0].Kind);
    }

    [Fact]
    public void A_failure_without_a_kind_is_counted_all_the_same()
    {
        FailureCounter counter = new();
        counter.Count("");
        counter.Count(null!);

        Assert.Equal([new FailureCount("no status", 2)], counter.ToList());
    }
}
