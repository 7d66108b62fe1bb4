using System.Text.Json.Serialization;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Generators;

/// <summary>What the coordinator tells a generator: one JSON line on its standard input. One at a time; only <see cref="Interrupt"/> may come before the
/// reply to the one before.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "request")]
[JsonDerivedType(typeof(Plan), "plan")]
[JsonDerivedType(typeof(Prepare), "prepare")]
[JsonDerivedType(typeof(Run), "run")]
[JsonDerivedType(typeof(Clean), "clean")]
[JsonDerivedType(typeof(Interrupt), "interrupt")]
[JsonDerivedType(typeof(Finish), "finish")]
internal abstract record GeneratorRequest
{
    /// <summary>The first: make the plan. Answered by <see cref="GeneratorReply.Planned"/>.</summary>
    public sealed record Plan(RunSettings Settings, GeneratorShare Share) : GeneratorRequest;

    /// <summary>Set a stage up and warm it up. Answered by <see cref="GeneratorReply.Prepared"/>.</summary>
    public sealed record Prepare(int Stage) : GeneratorRequest;

    /// <summary>Put the stage's load on. Answered by <see cref="GeneratorReply.Progress"/> every second, then <see cref="GeneratorReply.Done"/>.</summary>
    /// <param name="StartAt">Common to all generators: a <see cref="System.Diagnostics.Stopwatch"/> timestamp, which the processes of a machine share.</param>
    public sealed record Run(int Stage, long StartAt) : GeneratorRequest;

    /// <summary>Clean up after the stage. Answered by <see cref="GeneratorReply.Cleaned"/>.</summary>
    public sealed record Clean(int Stage) : GeneratorRequest;

    /// <summary>Bring what runs to an end, and prepare and run nothing any more. Has no reply of its own.</summary>
    public sealed record Interrupt : GeneratorRequest;

    /// <summary>Dispose of the plan, answer with <see cref="GeneratorReply.Finished"/>, and exit.</summary>
    public sealed record Finish : GeneratorRequest;
}
