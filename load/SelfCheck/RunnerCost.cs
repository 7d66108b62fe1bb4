using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.SelfCheck;

/// <summary>Measures the runner with iterations that do nothing.</summary>
internal static class RunnerCost
{
    private const int WaitingCopies = 64;

    /// <summary>Iterations that end without a wait, in one copy.</summary>
    public static Task<IterationCost> MeasureImmediateAsync(TimeSpan during, CancellationToken cancellationToken) =>
        MeasureAsync(1, during, static _ => new ValueTask<LoadResult>(LoadResult.Ok()), cancellationToken);

    /// <summary>Iterations that another thread ends, in as many copies as a busy connection has requests outstanding.</summary>
    public static async Task<IterationCost> MeasureWaitingAsync(TimeSpan during, CancellationToken cancellationToken)
    {
        EchoCall[] calls = [.. Enumerable.Range(0, WaitingCopies).Select(static _ => new EchoCall())];
        using CancellationTokenSource ended = new();
        Thread answering = new(() => AnswerAll(calls, ended.Token)) { IsBackground = true, Name = "answers" };
        answering.Start();
        try
        {
            return await MeasureAsync(WaitingCopies, during, context => calls[context.Copy].WaitAsync(), cancellationToken);
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static async Task<IterationCost> MeasureAsync(
        int copies, TimeSpan during, Func<ILoadContext, ValueTask<LoadResult>> run, CancellationToken cancellationToken)
    {
        ScenarioRunner runner = new(new LoadScenario
        {
            Name = "cost",
            Run = run,
            Phases = [new LoadPhase.KeepConstant(copies, during)],
            WarmUp = during / 3,
        });
        await runner.PrepareAsync(cancellationToken);
        long bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpuBefore = Environment.CpuUsage.TotalTime;
        ScenarioResult result = await runner.RunAsync(0, cancellationToken);
        TimeSpan cpu = Environment.CpuUsage.TotalTime - cpuBefore;
        long bytes = GC.GetTotalAllocatedBytes(precise: true) - bytesBefore;
        cancellationToken.ThrowIfCancellationRequested();
        double iterations = Math.Max(1, result.Iterations.Ok);
        return new IterationCost(result.Iterations.Ok, cpu.TotalNanoseconds / iterations, bytes / iterations);
    }

    private static void AnswerAll(EchoCall[] calls, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            foreach (EchoCall call in calls)
            {
                if (call.IsAwaited)
                {
                    call.Answer();
                }
            }
        }
    }
}
