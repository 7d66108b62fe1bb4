namespace FastRegistry.Load.Targets;

/// <summary>Which protocol is spoken.</summary>
internal enum TargetKind
{
    /// <summary>FastRegistry framing over TCP.</summary>
    Native,

    /// <summary>gRPC framing by hand over HTTP/2, against the baseline server.</summary>
    GrpcShaped,

    /// <summary>The open HTTP API.</summary>
    Http,
}
