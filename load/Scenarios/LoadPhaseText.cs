using System.Collections.Immutable;

namespace FastRegistry.Load.Scenarios;

/// <summary>Phases in text form. Placeholder.</summary>
internal static class LoadPhaseText
{
    public static string Format(ImmutableArray<LoadPhase> phases) => string.Join(", ", phases);
}
