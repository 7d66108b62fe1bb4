using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Limits;

/// <summary>What a connection takes of this machine's memory, to refuse a run that cannot fit. Not what a report says: that is measured.</summary>
/// <param name="KernelEndBytes">Kernel objects of one end.</param>
/// <param name="ServerBytes">In the server process, resident.</param>
/// <param name="OwnBytes">In the generator process, resident.</param>
/// <remarks>
/// Measured on a machine with two cores and kernel 6.18 with up to 100,000 idle connections over loopback:
/// the kernel's slab grew by 5.1 KB per end; a native connection costs the server 2.4 KB and the load tool 2.5 KB; a gRPC-shaped one, HTTP/2 with an open
/// stream, 34 KB in the server (Kestrel) and 45 KB in the load tool. HTTP/1.1 was not measured; its server side lies between Kestrel's 4.5 KB for a bare
/// connection and HTTP/2, so a guess on the safe side stands here. An empty server process takes 50 MB and an empty generator 33 MB.
/// </remarks>
internal readonly record struct MemoryPerConnection(long KernelEndBytes, long ServerBytes, long OwnBytes)
{
    public const long ServerProcessBytes = 50_000_000;
    public const long GeneratorProcessBytes = 33_000_000;

    private const long KernelEnd = 5_100;

    public static MemoryPerConnection Of(TargetKind target) => target switch
    {
        TargetKind.GrpcShaped => new(KernelEnd, 34_000, 45_000),
        TargetKind.Http => new(KernelEnd, 16_000, 8_000),
        _ => new(KernelEnd, 2_400, 2_500),
    };
}
