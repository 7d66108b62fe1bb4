using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Generators;

/// <summary>All generators of a run as one.</summary>
/// <remarks>Owned by the command; <see cref="RunCoordinator"/> makes one call at a time, and <see cref="InterruptAsync"/> beside it. The first generator that
/// fails fails the call at once; the others are then good for <see cref="DisposeAsync"/> alone.</remarks>
internal sealed class GeneratorGroup(ImmutableArray<IGenerator> generators) : IAsyncDisposable
{
    // Long enough for every generator to have read the request, even on a busy machine.
    private static readonly TimeSpan StartAhead = TimeSpan.FromMilliseconds(200);

    public int Count => generators.Length;

    /// <summary>Starts this program again, once for each generator.</summary>
    /// <exception cref="CannotRunException">It cannot be started.</exception>
    public static async Task<GeneratorGroup> StartAsync(int count)
    {
        List<IGenerator> started = new(count);
        try
        {
            while (started.Count < count)
            {
                started.Add(GeneratorProcess.Start(GeneratorCommand.OfThisProgram(), Console.Error));
            }
        }
        catch
        {
            await Task.WhenAll(started.Select(static generator => generator.DisposeAsync().AsTask()));
            throw;
        }

        return new GeneratorGroup([.. started]);
    }

    /// <returns>The whole run's outline.</returns>
    public async Task<PlanOutline> PlanAsync(RunSettings settings, CancellationToken cancellationToken) => PlanOutline.Sum(
        await AllAsync((generator, i) => generator.PlanAsync(settings, new GeneratorShare(i, generators.Length), cancellationToken)));

    public Task PrepareAsync(int stage, CancellationToken cancellationToken) => AllAsync(async (generator, _) =>
    {
        await generator.PrepareAsync(stage, cancellationToken);
        return true;
    });

    /// <summary>Runs a stage in all generators, which begin together.</summary>
    /// <param name="progress">Gets the sum over generators as it changes, on any thread, one call at a time.</param>
    public async Task<GroupResult> RunAsync(int stage, IProgress<ScenarioProgress> progress, CancellationToken cancellationToken)
    {
        ProgressSum sum = new(generators.Length, progress);
        long startAt = Stopwatch.GetTimestamp() + (long)(StartAhead.TotalSeconds * Stopwatch.Frequency);
        GeneratorReply.Done[] all = await AllAsync((generator, i) => generator.RunAsync(stage, startAt, at => sum.Set(i, at), cancellationToken));
        return new GroupResult(
            ScenarioResult.Merge([.. all.Select(static done => done.Result)]),
            all.Sum(static done => done.CpuSeconds),
            Stopwatch.GetElapsedTime(startAt));
    }

    public Task CleanAsync(int stage, CancellationToken cancellationToken) => AllAsync(async (generator, _) =>
    {
        await generator.CleanAsync(stage, cancellationToken);
        return true;
    });

    /// <summary>Makes the stage come to an early end in all of them.</summary>
    public Task InterruptAsync() => Task.WhenAll(generators.Select(static generator => generator.InterruptAsync()));

    /// <summary>Ends them in good order.</summary>
    /// <returns>The losses of all, the most frequent first.</returns>
    public async Task<ImmutableArray<FailureCount>> FinishAsync(CancellationToken cancellationToken)
    {
        GeneratorReply.Finished[] all = await AllAsync((generator, _) => generator.FinishAsync(cancellationToken));
        return
        [
            .. all.SelectMany(static finished => finished.Losses)
                .GroupBy(static loss => loss.Kind, static (kind, losses) => new FailureCount(kind, losses.Sum(static loss => loss.Count)))
                .OrderByDescending(static loss => loss.Count),
        ];
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(generators.Select(static generator => generator.DisposeAsync().AsTask()));

    private async Task<T[]> AllAsync<T>(Func<IGenerator, int, Task<T>> ask)
    {
        Task<T>[] all = [.. generators.Select(ask)];
        await foreach (Task<T> ended in Task.WhenEach(all))
        {
            // The first failure ends the wait; nobody waits minutes for the others' load.
            await ended;
        }

        return [.. all.Select(static task => task.Result)];
    }
}
