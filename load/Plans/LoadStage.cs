using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Plans;

/// <summary>One scenario of a plan, with what is read around it.</summary>
/// <param name="Scenario">Made for one generator: its phases are that generator's share.</param>
internal sealed record LoadStage(LoadScenario Scenario)
{
    /// <summary>When it is over, every server is asked to collect its garbage and its memory is read. The servers stand still for a moment.</summary>
    public bool CollectAfter { get; init; }

    /// <summary>Clients come and go at an even pace: servers' memory must stand still while it runs, and everything must be given back afterwards.</summary>
    public bool WatchRest { get; init; }

    /// <summary>What an iteration is, in one word for people: <c>query</c>, <c>connect</c>.</summary>
    public required string Unit { get; init; }
}
