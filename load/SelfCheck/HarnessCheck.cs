using System.Globalization;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.SelfCheck;

/// <summary>Measures the load tool itself: does it report a stall it was shown, and what does an iteration cost?</summary>
internal static class HarnessCheck
{
    /// <summary>Runs everything and writes a table; about 33 s with the usual settings.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static Task<int> RunAsync(TextWriter output, CancellationToken cancellationToken) =>
        RunAsync(new SelfCheckSettings(), output, cancellationToken);

    public static async Task<int> RunAsync(SelfCheckSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAllAsync(settings, output, cancellationToken) ? ExitCode.Done : ExitCode.Failed;
        }
        catch (OperationCanceledException)
        {
            await output.WriteLineAsync("self-check: interrupted");
            return ExitCode.Failed;
        }
    }

    private static async Task<bool> RunAllAsync(SelfCheckSettings settings, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync(
            $"self-check: a server in this process answers after {DurationText.Format(settings.Delay)}, "
            + $"except during one stall of {DurationText.Format(settings.Stall)}; "
            + $"runs of {DurationText.Format(settings.During)}, open model {settings.PerSecond}/s, latencies from the intended start");
        StallRuns runs = new(settings);
        bool held = await WriteAsync(output, "open model, the server stands still", await runs.RunOpenAsync(cancellationToken));
        held &= await WriteAsync(output, "open model, the generator stands still", await runs.RunHeldUpAsync(cancellationToken));

        Task<IReadOnlyList<CheckedValue>> one = runs.RunClosedAsync(1, cancellationToken);
        Task<IReadOnlyList<CheckedValue>> several = runs.RunClosedAsync(settings.Copies, cancellationToken);
        await Task.WhenAll(one, several);
        held &= await WriteAsync(output, "closed model, 1 copy, the server stands still", await one);
        held &= await WriteAsync(output, $"closed model, {settings.Copies} copies, the server stands still", await several);

        await output.WriteLineAsync("the runner's own cost of an iteration that does nothing");
        await WriteAsync(output, "ends without a wait", await RunnerCost.MeasureImmediateAsync(settings.CostDuring, cancellationToken));
        await WriteAsync(output, "ended by another thread", await RunnerCost.MeasureWaitingAsync(settings.CostDuring, cancellationToken));
        await output.WriteLineAsync(held ? "self-check: passed" : "self-check: FAILED");
        return held;
    }

    private static async Task<bool> WriteAsync(TextWriter output, string title, IReadOnlyList<CheckedValue> values)
    {
        await output.WriteLineAsync($"{title,-52}{"expected",10}{"reported",12}{"allowed",22}");
        foreach (CheckedValue value in values)
        {
            string verdict = value.Holds ? "ok" : "FAILED";
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {value.Name,-50}{value.Expected,10:0.#}{value.Reported,12:0.#}{value.Low,12:0.#} … {value.High,-7:0.#} {verdict}"));
        }

        return values.All(static value => value.Holds);
    }

    private static Task WriteAsync(TextWriter output, string title, IterationCost cost) => output.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture,
        $"  {title,-50}{cost.CpuNanoseconds,10:0} ns CPU {cost.AllocatedBytes,10:0.00} bytes allocated   ({cost.Iterations} iterations)"));
}
