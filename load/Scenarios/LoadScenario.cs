using System.Collections.Immutable;

namespace FastRegistry.Load.Scenarios;

/// <summary>A workflow and the load to put on with it; knows nothing of who runs it.</summary>
internal sealed record LoadScenario
{
    /// <summary>For reports; not empty.</summary>
    public required string Name { get; init; }

    /// <summary>One iteration. Called by many copies at once. Exceptions count as failures of the iteration.</summary>
    public required Func<ILoadContext, ValueTask<LoadResult>> Run { get; init; }

    /// <summary>In order; at least one.</summary>
    public required ImmutableArray<LoadPhase> Phases { get; init; }

    /// <summary>Names that <see cref="ILoadContext.StepAsync"/> is called with.</summary>
    public ImmutableArray<string> Steps { get; init; } = [];

    /// <summary>Called once before the warm-up; an exception ends the run.</summary>
    public Func<IScenarioSetup, CancellationToken, Task>? Init { get; init; }

    /// <summary>Called once after the last iteration.</summary>
    public Func<CancellationToken, Task>? Clean { get; init; }

    /// <summary>The phases from their beginning, cut off after this time; nothing of it is measured. Zero = none.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>How long iterations that have begun are waited for at the end; those that are still running then are failures. Default 10 s.</summary>
    public TimeSpan CompletionTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
