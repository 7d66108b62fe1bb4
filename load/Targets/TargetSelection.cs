using FastRegistry.Load.Commands;
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
        TargetKind.GrpcShaped => throw new CannotRunException("the gRPC-shaped target is not built in"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of target"),
    };
}
