using System.Collections.Immutable;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>One side of <c>load transports</c>.</summary>
/// <param name="Name">On the command line and in the table.</param>
/// <param name="Target">Decides which program serves it.</param>
/// <param name="ServerArguments">Further arguments of its servers.</param>
internal sealed record TransportSide(string Name, TargetKind Target, ImmutableArray<string> ServerArguments)
{
    /// <summary>In the order they are run in.</summary>
    public static ImmutableArray<TransportSide> All { get; } =
    [
        new("epoll", TargetKind.Native, ["--ClientTransport:Kind=Epoll"]),
        new("sockets", TargetKind.Native, ["--ClientTransport:Kind=Socket"]),
        new("grpc-shaped", TargetKind.GrpcShaped, []),
    ];
}
