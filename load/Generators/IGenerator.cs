using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>A generator as the coordinator sees it. One call at a time, except <see cref="InterruptAsync"/>; whoever made it disposes of it.</summary>
/// <remarks>Every call fails with a <see cref="CannotRunException"/> when the generator could not do it or is gone. A cancelled call gives up waiting; after
/// that the generator can only be disposed of.</remarks>
internal interface IGenerator : IAsyncDisposable
{
    /// <summary>Makes its part of the plan.</summary>
    /// <returns>The outline of its part.</returns>
    Task<PlanOutline> PlanAsync(RunSettings settings, GeneratorShare share, CancellationToken cancellationToken);

    Task PrepareAsync(int stage, CancellationToken cancellationToken);

    /// <param name="progress">Called about once a second, on any thread.</param>
    Task<GeneratorReply.Done> RunAsync(int stage, long startAt, Action<ScenarioProgress> progress, CancellationToken cancellationToken);

    Task CleanAsync(int stage, CancellationToken cancellationToken);

    /// <summary>Makes what runs come to an early end; its call then returns as if it had.</summary>
    Task InterruptAsync();

    /// <summary>Ends it in good order.</summary>
    Task<GeneratorReply.Finished> FinishAsync(CancellationToken cancellationToken);
}
