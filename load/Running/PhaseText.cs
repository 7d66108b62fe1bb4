using System.Collections.Immutable;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Phases in text form. Placeholder.</summary>
internal static class PhaseText
{
    public static string Format(ImmutableArray<LoadPhase> phases) => string.Join("; ", phases);
}
