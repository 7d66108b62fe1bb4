using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Admission;

/// <summary>Decides whether a naming operation is taken now, on both transports: first the node's status, then the rate limit of its control point.</summary>
/// <remarks>One per node; any thread. For an operation that is taken and has no limit it costs three volatile reads. Acks, pings, cancels and the end of a
/// session do not come here: they always work.</remarks>
internal sealed class NamingAdmission(NodeStatus status, RateLimiter limits)
{
    private static readonly TimeSpan RetryAfterStatus = TimeSpan.FromSeconds(1);

    /// <summary>Whether the node's status refuses an operation; what it refuses consumes no rate limit.</summary>
    public bool IsRefusedByStatus(NamingOperation operation, out ServerStatus current)
    {
        current = status.Current;
        return current.Refuses(operation.Access);
    }

    /// <summary>Counts a call; an error when its control point is at its maximum.</summary>
    public RequestError? RefuseByRate(NamingOperation operation) => limits.Count(operation.Point);

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
