using System.Diagnostics;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.SelfCheck;

/// <summary>Runs scenarios through the runner against servers whose delays are known.</summary>
internal sealed class StallRuns(SelfCheckSettings settings)
{
    private static readonly TimeSpan LeadTime = TimeSpan.FromMilliseconds(50);

    private readonly StallExpectation _expectation = new(settings);

    /// <summary>Open model, the server stands still.</summary>
    public async Task<IReadOnlyList<CheckedValue>> RunOpenAsync(CancellationToken cancellationToken)
    {
        long startAt = Deadline.After(LeadTime);
        using EchoServer server = new(settings.Delay, StallAt(startAt), settings.Stall);
        ScenarioResult result = await RunAsync(startAt, Inject, _ => server.AskAsync(), cancellationToken);
        return [.. CheckCounts(result, server), .. _expectation.CheckOpen(result.Iterations.FromIntended!)];
    }

    /// <summary>Open model, the generator stands still: an iteration blocks the thread that begins them.</summary>
    public async Task<IReadOnlyList<CheckedValue>> RunHeldUpAsync(CancellationToken cancellationToken)
    {
        long startAt = Deadline.After(LeadTime);
        long stallAt = StallAt(startAt);
        bool wasHeldUp = false;
        using EchoServer server = new(settings.Delay, 0, TimeSpan.Zero);
        ScenarioResult result = await RunAsync(startAt, Inject, Run, cancellationToken);
        return
        [
            .. CheckCounts(result, server),
            .. _expectation.CheckOpen(result.Iterations.FromIntended!),
            .. _expectation.CheckLateness(result.Iterations.StartLateness!),
        ];

        ValueTask<LoadResult> Run(ILoadContext context)
        {
            if (!wasHeldUp && context.IntendedStart >= stallAt)
            {
                wasHeldUp = true;
                long until = context.IntendedStart + Deadline.TicksOf(settings.Stall);
                while (Stopwatch.GetTimestamp() < until)
                {
                    MonotonicSleep.Until(until);
                }
            }

            return server.AskAsync();
        }
    }

    /// <summary>Closed model, the server stands still.</summary>
    public async Task<IReadOnlyList<CheckedValue>> RunClosedAsync(int copies, CancellationToken cancellationToken)
    {
        long startAt = Deadline.After(LeadTime);
        using EchoServer server = new(settings.Delay, StallAt(startAt), settings.Stall);
        LoadPhase phase = new LoadPhase.KeepConstant(copies, settings.During);
        ScenarioResult result = await RunAsync(startAt, phase, _ => server.AskAsync(), cancellationToken);
        return
        [
            StallExpectation.Exactly("iterations", server.Asked, result.Iterations.Ok),
            .. _expectation.CheckClosed(result.Iterations.Latency, copies),
        ];
    }

    private LoadPhase.Inject Inject => new(settings.PerSecond, TimeSpan.FromSeconds(1), settings.During);

    private long StallAt(long startAt) => startAt + (Deadline.TicksOf(settings.During) * 2 / 5);

    private IEnumerable<CheckedValue> CheckCounts(ScenarioResult result, EchoServer server)
    {
        double expected = settings.PerSecond * settings.During.TotalSeconds;
        yield return StallExpectation.Exactly("asked", expected, result.Asked);
        yield return StallExpectation.Exactly("started", expected, result.Started);
        yield return StallExpectation.Exactly("seen by server", expected, server.Asked);
        yield return StallExpectation.Exactly("iterations", expected, result.Iterations.Ok);
    }

    private static async Task<ScenarioResult> RunAsync(
        long startAt, LoadPhase phase, Func<ILoadContext, ValueTask<LoadResult>> run, CancellationToken cancellationToken)
    {
        ScenarioRunner runner = new(new LoadScenario { Name = "self-check", Run = run, Phases = [phase] });
        ScenarioResult result = await runner.RunAsync(startAt, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return result;
    }
}
