using FastRegistry.Load.Targets.Grpc;
using FastRegistry.Load.Targets.Http;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Targets;

/// <summary>Makes the target of a kind. Stateless.</summary>
internal static class TargetSelection
{
    public static ITarget Create(TargetKind kind) => kind switch
    {
        TargetKind.Native => new NativeTarget(),
        TargetKind.Http => new HttpTarget(),
        TargetKind.GrpcShaped => new GrpcTarget(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of target"),
    };
}
