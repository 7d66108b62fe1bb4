namespace FastRegistry.Load.Targets.Grpc.Framing;

/// <summary>Paths of the calls, in gRPC's form <c>/package.Service/Method</c>.</summary>
internal static class GrpcPaths
{
    /// <summary>The one stream per client: set-up, heartbeats, pushes.</summary>
    public const string Open = "/fastregistry.v1.Session/Open";

    public const string Register = "/fastregistry.v1.Naming/Register";

    public const string Deregister = "/fastregistry.v1.Naming/Deregister";

    public const string Query = "/fastregistry.v1.Naming/Query";

    public const string Subscribe = "/fastregistry.v1.Naming/Subscribe";

    public const string Unsubscribe = "/fastregistry.v1.Naming/Unsubscribe";
}
