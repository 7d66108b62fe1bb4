using System.Collections.Immutable;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Plans;

/// <summary>The load of a scenario that has one measured part: what the user wrote, else open at the asked rate, else closed.</summary>
internal static class PlannedPhases
{
    /// <summary>Which copy an iteration acts for. In closed phases its own: what a connection's answers set off then leaves with one send. Open phases reuse the
    /// copy that is free, so there the iterations take turns.</summary>
    public static int ActsFor(ILoadContext context, RunSettings settings, int copies) =>
        (int)((settings.Rate is null && settings.Phases is null ? context.Copy : context.Iteration) % copies);

    /// <param name="connections">Settings and share.</param>
    /// <param name="copies">Copies of the closed form, this generator's.</param>
    public static ImmutableArray<LoadPhase> Of(ConnectionSet connections, int copies)
    {
        RunSettings settings = connections.Settings;
        if (settings.Phases is { } text)
        {
            return PhaseShare.Of(PhaseText.Parse(text), connections.Share);
        }

        TimeSpan during = TimeSpan.FromSeconds(settings.DuringSeconds);
        return settings.Rate is { } rate
            ? [new LoadPhase.Inject(connections.Share.Of(rate), TimeSpan.FromSeconds(1), during)]
            : [new LoadPhase.KeepConstant(copies, during)];
    }
}
