using System.Diagnostics;
using FastRegistry.Load.Scenarios;
using NBomber.Contracts;
using NBomber.CSharp;

namespace FastRegistry.Load.NBomber;

/// <summary>What an iteration knows about itself, from NBomber's context. One per iteration.</summary>
/// <param name="iteration">From 0 over all copies; NBomber's own number counts per copy.</param>
internal sealed class IterationContext(IScenarioContext context, long iteration) : ILoadContext
{
    public int Copy => context.ScenarioInfo.InstanceNumber;

    public long Iteration => iteration;

    /// <summary>NBomber does not tell when an iteration was due, so open phases look like closed ones here.</summary>
    public long IntendedStart { get; } = Stopwatch.GetTimestamp();

    public CancellationToken Stopping => context.ScenarioCancellationToken;

    public async ValueTask<LoadResult> StepAsync<TState>(string name, TState state, Func<TState, CancellationToken, ValueTask<LoadResult>> run)
    {
        Response<object> response = await Step.Run(name, context, async () => Responses.From(await run(state, Stopping)));
        return Responses.ToResult(response);
    }
}
