using System.Collections.Immutable;
using System.Text.Json.Serialization;
using FastRegistry.Load.Running;
using FastRegistry.Load.Statistics;

namespace FastRegistry.Load.Generators;

/// <summary>What a generator answers: one JSON line on its standard output.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "reply")]
[JsonDerivedType(typeof(Planned), "planned")]
[JsonDerivedType(typeof(Prepared), "prepared")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Cleaned), "cleaned")]
[JsonDerivedType(typeof(Finished), "finished")]
[JsonDerivedType(typeof(Failed), "failed")]
internal abstract record GeneratorReply
{
    /// <param name="Outline">Of this generator's share.</param>
    public sealed record Planned(PlanOutline Outline) : GeneratorReply;

    /// <summary>The stage is ready to run, or an interruption ended its set-up.</summary>
    public sealed record Prepared : GeneratorReply;

    /// <summary>Comes unasked while a stage runs.</summary>
    public sealed record Progress(ScenarioProgress At) : GeneratorReply;

    /// <param name="Result">Of this generator.</param>
    /// <param name="CpuSeconds">Processor time of this process from the request to the result.</param>
    public sealed record Done(ScenarioResult Result, double CpuSeconds) : GeneratorReply;

    /// <summary>The stage's <c>Clean</c> has ended.</summary>
    public sealed record Cleaned : GeneratorReply;

    /// <param name="Losses">Connections that ended though nobody asked them to.</param>
    /// <param name="CpuSeconds">Processor time of this process since its start.</param>
    public sealed record Finished(ImmutableArray<FailureCount> Losses, double CpuSeconds) : GeneratorReply;

    /// <summary>The request could not be done; the run is over.</summary>
    /// <param name="Text">One line for people.</param>
    public sealed record Failed(string Text) : GeneratorReply;
}
