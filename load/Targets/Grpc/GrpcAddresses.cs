using System.Net;
using FastRegistry.Load.Targets.Grpc.Framing;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Addresses of the calls on one server, made once: parsing one per request would be a cost of its own. Immutable.</summary>
internal sealed class GrpcAddresses(IPEndPoint server)
{
    private readonly Uri _register = Of(server, GrpcPaths.Register);
    private readonly Uri _deregister = Of(server, GrpcPaths.Deregister);
    private readonly Uri _query = Of(server, GrpcPaths.Query);
    private readonly Uri _subscribe = Of(server, GrpcPaths.Subscribe);

    public Uri Open { get; } = Of(server, GrpcPaths.Open);

    public Uri Find(string path) => path switch
    {
        GrpcPaths.Query => _query,
        GrpcPaths.Register => _register,
        GrpcPaths.Deregister => _deregister,
        GrpcPaths.Subscribe => _subscribe,
        _ => throw new ArgumentOutOfRangeException(nameof(path), path, "no such call"),
    };

    private static Uri Of(IPEndPoint server, string path) => new($"http://{server}{path}");
}
