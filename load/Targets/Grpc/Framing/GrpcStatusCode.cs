namespace FastRegistry.Load.Targets.Grpc.Framing;

/// <summary>gRPC's own status codes, those that are used here.</summary>
internal enum GrpcStatusCode
{
    Ok = 0,
    Cancelled = 1,
    InvalidArgument = 3,
    AlreadyExists = 6,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
}
