using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Admission;

/// <summary>Decides whether a naming operation is taken now, on both transports: first the node's status, then the rate limit of its control point.</summary>
/// <remarks>One per node; any thread. For an operation that is taken and has no limit it costs a few volatile reads. Acks, pings, cancels and the end of a
/// session do not come here: they always work.</remarks>
internal sealed class NamingAdmission(NodeStatus status, RateLimiter limits)
{
    /// <summary>Gives the status, for callers that look at <see cref="NodeStatus.MayRefuse"/> first.</summary>
    public readonly NodeStatus Status = status;

    /// <summary>Gives the limits, for callers that look at <see cref="RateLimiter.HasRules"/> first.</summary>
    public readonly RateLimiter Limits = limits;

    private static readonly TimeSpan RetryAfterStatus = TimeSpan.FromSeconds(1);

    /// <summary>Whether the node's status refuses an operation; what it refuses consumes no rate limit.</summary>
    public bool IsRefusedByStatus(NamingOperation operation, out ServerStatus current)
    {
        current = Status.Current;
        return current.Refuses(operation.Access);
    }

    /// <summary>Counts a call; an error when its control point is at its maximum.</summary>
    public RequestError? RefuseByRate(NamingOperation operation) => Limits.Count(operation.Point);

    /// <summary>Both decisions for a native request; types that are no operation pass.</summary>
    public bool TryRefuse(MessageType type, [NotNullWhen(true)] out RequestError? error)
    {
        error = null;
        if (NamingOperation.Of(type) is not { } operation)
        {
            return false;
        }

        error = IsRefusedByStatus(operation, out ServerStatus current) ? StatusError(operation, current) : RefuseByRate(operation);
        return error is not null;
    }

    private static RequestError StatusError(NamingOperation operation, ServerStatus status) =>
        new(ErrorCode.Unavailable, "", $"the status of this node is {status.Name()}: {operation.Name} is refused", Retryable: true, RetryAfterStatus);
}

/// <summary>A naming operation as far as status and rate limits have to know it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Access">Decides which statuses refuse it.</param>
/// <param name="Point">Where its calls are counted.</param>
internal sealed record NamingOperation(string Name, OperationAccess Access, ControlPoint Point)
{
    public static NamingOperation Register { get; } = new("register", OperationAccess.Write, ControlPoint.Register);

    public static NamingOperation Deregister { get; } = new("deregister", OperationAccess.Write, ControlPoint.Register);

    public static NamingOperation BatchRegister { get; } = new("batch register", OperationAccess.Write, ControlPoint.BatchRegister);

    public static NamingOperation Query { get; } = new("query", OperationAccess.Read, ControlPoint.Query);

    public static NamingOperation ListServices { get; } = new("list services", OperationAccess.Read, ControlPoint.ListServices);

    public static NamingOperation Subscribe { get; } = new("subscribe", OperationAccess.Read, ControlPoint.Subscribe);

    public static NamingOperation Unsubscribe { get; } = new("unsubscribe", OperationAccess.Release, ControlPoint.Subscribe);

    public static NamingOperation HttpRegister { get; } = new("register", OperationAccess.Write, ControlPoint.HttpRegister);

    public static NamingOperation HttpDeregister { get; } = new("deregister", OperationAccess.Write, ControlPoint.HttpDeregister);

    public static NamingOperation HttpList { get; } = new("list", OperationAccess.Read, ControlPoint.HttpList);

    public static NamingOperation HttpUpdate { get; } = new("update", OperationAccess.Write, ControlPoint.HttpUpdate);

    public static NamingOperation HttpMetadataUpdate { get; } = new("update metadata", OperationAccess.Write, ControlPoint.HttpMetadataUpdate);

    public static NamingOperation HttpQuery { get; } = new("query", OperationAccess.Read, ControlPoint.HttpQuery);

    public static NamingOperation HttpServiceRegister { get; } = new("create service", OperationAccess.Write, ControlPoint.HttpServiceRegister);

    public static NamingOperation HttpServiceDeregister { get; } = new("remove service", OperationAccess.Write, ControlPoint.HttpServiceDeregister);

    public static NamingOperation HttpServiceUpdate { get; } = new("update service", OperationAccess.Write, ControlPoint.HttpServiceUpdate);

    public static NamingOperation HttpServiceQuery { get; } = new("query service", OperationAccess.Read, ControlPoint.HttpServiceQuery);

    public static NamingOperation HttpServiceList { get; } = new("list services", OperationAccess.Read, ControlPoint.HttpServiceList);

    /// <summary>Every status lets it in: refused beats would cost instances their life. One that registers is a registration.</summary>
    public static NamingOperation HttpBeat { get; } = new("beat", OperationAccess.Renew, ControlPoint.HttpBeat);

    /// <summary>The operation of a native request; null for what is none.</summary>
    public static NamingOperation? Of(MessageType type) => type switch
    {
        MessageType.Query => Query,
        MessageType.Register => Register,
        MessageType.Deregister => Deregister,
        MessageType.BatchRegister => BatchRegister,
        MessageType.ListServices => ListServices,
        MessageType.Subscribe => Subscribe,
        MessageType.Unsubscribe => Unsubscribe,
        _ => null,
    };
}

/// <summary>What a naming operation does with the registry.</summary>
internal enum OperationAccess
{
    /// <summary>Reads a list or names; a subscription reads.</summary>
    Read,

    /// <summary>Changes what is published.</summary>
    Write,

    /// <summary>Only gives something back that no list shows: neither a read-only nor a write-only node has a reason to refuse it.</summary>
    Release,

    /// <summary>Only says that somebody is still there: no status refuses it.</summary>
    Renew,
}
