using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Servers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>The servers of one side of a comparison.</summary>
/// <param name="Target">What the load talks to them.</param>
/// <param name="Program">Where their program is; null = the one built beside the tool.</param>
/// <param name="Arguments">Further arguments for each.</param>
internal sealed record ComparedServer(TargetKind Target, string? Program, ImmutableArray<string> Arguments)
{
    /// <summary>What it is, for people.</summary>
    public string Description => Target == TargetKind.GrpcShaped
        ? "the same registry behind gRPC's shape on Kestrel, a lower bound of what gRPC costs"
        : $"the product, {Program ?? "the same build"}{(Arguments.IsEmpty ? "" : $" with {string.Join(' ', Arguments)}")}";

    /// <exception cref="CannotRunException">The program is not there.</exception>
    public string FindProgram(string ownFolder) => ServerProject.For(Target).Find(Program, ownFolder);
}
