using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Commands;

/// <summary>How many connections a scenario has open at the same time, at most.</summary>
internal static class ConnectionNeeds
{
    // A client that comes and goes stays twice the mean at most.
    private const double LongestDwell = 2;

    public static int Of(RunSettings settings) => settings.Scenario switch
    {
        // One for the publisher.
        ScenarioNames.Push => settings.Subscribers.Max() + settings.SlowSubscribers + 1,
        ScenarioNames.Churn => Math.Max(settings.Connections, (int)Math.Min(int.MaxValue, (settings.Rate ?? 0) * ((LongestDwell * settings.DwellSeconds) + 1))),
        _ => settings.Connections,
    };
}
