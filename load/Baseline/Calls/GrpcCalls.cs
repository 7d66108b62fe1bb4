using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Load.Targets.Grpc.Framing;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Baseline.Calls;

/// <summary>The client listener's calls: a switch over the path.</summary>
/// <remarks>
/// What gRPC for .NET costs at the least. It has the same Kestrel below and the same framing around each message, and on top of that what is left out here:
/// routing, a call context per call, interceptors, deadlines, serialisation contexts, diagnostics.
/// </remarks>
internal static class GrpcCalls
{
    private static readonly RequestError UnknownPath = new(ErrorCode.UnknownOperation, "", "there is no such call");

    public static Task RunAsync(HttpContext context)
    {
        if (context.Features.Get<BaselineSession>() is not { } session)
        {
            // Another listener than the clients'.
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        switch (context.Request.Path.Value)
        {
            case GrpcPaths.Open:
                return OpenCall.RunAsync(context, session);
            case GrpcPaths.Query:
                return UnaryCall.RunAsync(context, session, MessageType.Query);
            case GrpcPaths.Register:
                return UnaryCall.RunAsync(context, session, MessageType.Register);
            case GrpcPaths.Deregister:
                return UnaryCall.RunAsync(context, session, MessageType.Deregister);
            case GrpcPaths.Subscribe:
                return UnaryCall.RunAsync(context, session, MessageType.Subscribe);
            case GrpcPaths.Unsubscribe:
                return UnaryCall.RunAsync(context, session, MessageType.Unsubscribe);
            default:
                GrpcResponse.WriteError(context, UnknownPath);
                return Task.CompletedTask;
        }
    }
}
