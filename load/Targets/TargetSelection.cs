using FastRegistry.Load.Targets.Grpc;
using FastRegistry.Load.Targets.Http;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Targets;

/// <summary>Makes the target of a kind. Stateless.</summary>
internal static class TargetSelection
{
    /// <param name="kind">Which.</param>
    /// <param name="clientTransport">For those that have a choice: the native one.</param>
    public static ITarget Create(TargetKind kind, ClientTransport clientTransport = ClientTransport.Auto) => kind switch
    {
        TargetKind.Native => new NativeTarget(clientTransport),
        TargetKind.Http => new HttpTarget(),
        TargetKind.GrpcShaped => new GrpcTarget(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of target"),
    };
}
