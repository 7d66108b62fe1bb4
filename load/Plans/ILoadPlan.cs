using System.Collections.Immutable;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Plans;

/// <summary>What one generator does in a run: stages in order over connections that may live from one to the next. Owned by its generator.</summary>
internal interface ILoadPlan : IAsyncDisposable
{
    ImmutableArray<LoadStage> Stages { get; }

    /// <summary>Connections that ended though nobody asked them to, so far.</summary>
    IReadOnlyList<FailureCount> Losses { get; }
}
