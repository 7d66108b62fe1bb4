using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Node.Tests.Registry.Model;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Random operations of many clients through real sessions, against a model that is simple enough to be read.</summary>
/// <remarks>
/// A failure names its seed; <c>FASTREGISTRY_SEEDS=17..17</c> runs that seed alone and does exactly the same again, a larger range looks further.
/// </remarks>
[Collection(MeasurementsCollection.Name)]
public sealed class NamingPropertyTests(ITestOutputHelper output)
{
    private const string SeedsVariable = "FASTREGISTRY_SEEDS";

    [Fact]
    public void Every_reader_sees_what_the_model_says_and_nothing_is_left_at_the_end()
    {
        (int from, int to) = Seeds();
        ConcurrentDictionary<int, Exception> failures = new();
        long deltas = 0;
        long lists = 0;
        Stopwatch watch = Stopwatch.StartNew();
        Parallel.For(from, to + 1, (seed, state) =>
        {
            try
            {
                (int seedDeltas, int seedLists) = new NamingModelRun(seed).Execute();
                Interlocked.Add(ref deltas, seedDeltas);
                Interlocked.Add(ref lists, seedLists);
            }
            catch (Exception failure)
            {
                failures.TryAdd(seed, failure);
                state.Break();
            }
        });
        output.WriteLine($"seeds {from}..{to} in {watch.Elapsed.TotalSeconds:F1} s: {deltas} deltas and {lists} whole lists pushed");
        if (!failures.IsEmpty)
        {
            (int seed, Exception failure) = failures.MinBy(static pair => pair.Key);
            Assert.Fail($"again with {SeedsVariable}={seed}..{seed}\n{failure}");
        }

        if (to - from >= 100)
        {
            // Both ways of telling a subscriber are covered.
            Assert.True(deltas > (to - from) / 2, $"only {deltas} deltas");
            Assert.True(lists > to - from, $"only {lists} lists");
        }
    }

    private static (int From, int To) Seeds()
    {
        string? text = Environment.GetEnvironmentVariable(SeedsVariable);
        if (string.IsNullOrEmpty(text))
        {
            return (1, 2000);
        }

        string[] ends = text.Split("..");
        return (int.Parse(ends[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(ends[^1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
