using System.Text.Json.Serialization;

namespace FastRegistry.Load.Scenarios;

/// <summary>A part of a scenario's load, in NBomber's vocabulary. The phases of a scenario run one after another.</summary>
/// <remarks>Closed: copies loop, each begins again when it has ended, so a slow server is asked less. Open: iterations begin by the clock, whatever became of
/// those before. Rates and copies are those of the whole run; generators divide them among themselves.</remarks>
/// <param name="During">Planned length; <see cref="TimeSpan.Zero"/> for phases that end by count.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "phase")]
[JsonDerivedType(typeof(RampingConstant), "rampingConstant")]
[JsonDerivedType(typeof(KeepConstant), "keepConstant")]
[JsonDerivedType(typeof(RampingInject), "rampingInject")]
[JsonDerivedType(typeof(Inject), "inject")]
[JsonDerivedType(typeof(IterationsForConstant), "iterationsForConstant")]
[JsonDerivedType(typeof(Pause), "pause")]
internal abstract record LoadPhase(TimeSpan During)
{
    /// <summary>Closed: from the copies of the phase before, or 0, to <paramref name="Copies"/>, linearly.</summary>
    public sealed record RampingConstant(int Copies, TimeSpan During) : LoadPhase(During);

    /// <summary>Closed: <paramref name="Copies"/> all the time.</summary>
    public sealed record KeepConstant(int Copies, TimeSpan During) : LoadPhase(During);

    /// <summary>Open: from the rate of the phase before, or 0, to <paramref name="Rate"/> per <paramref name="Interval"/>, linearly.</summary>
    public sealed record RampingInject(double Rate, TimeSpan Interval, TimeSpan During) : LoadPhase(During);

    /// <summary>Open: <paramref name="Rate"/> per <paramref name="Interval"/>.</summary>
    public sealed record Inject(double Rate, TimeSpan Interval, TimeSpan During) : LoadPhase(During);

    /// <summary>Closed: <paramref name="Iterations"/> in all, by <paramref name="Copies"/> at a time.</summary>
    public sealed record IterationsForConstant(int Copies, long Iterations) : LoadPhase(TimeSpan.Zero);

    /// <summary>No load; not part of the time that rates are divided by.</summary>
    public sealed record Pause(TimeSpan During) : LoadPhase(During);
}
