using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Rules;

/// <summary>The reason for which a request was refused, as a value.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Field">The field to blame; empty = none.</param>
/// <param name="Text">For people; names the rule.</param>
/// <param name="Retryable">The same request may succeed later.</param>
/// <param name="RetryAfter">Advice; zero = none.</param>
internal sealed record RequestError(ErrorCode Code, string Field, string Text, bool Retryable = false, TimeSpan RetryAfter = default)
{
    public static RequestError SessionClosed { get; } =
        new(ErrorCode.SessionClosed, "", "the session is closing; register again on the new connection", Retryable: true);

    public static RequestError Overloaded { get; } =
        new(ErrorCode.Overloaded, "", "too many requests are waiting on this node", Retryable: true, TimeSpan.FromMilliseconds(100));

    public static RequestError DuplicateCorrelation { get; } =
        new(ErrorCode.DuplicateCorrelation, "correlation_id", "a request with this correlation id is still being worked on; it goes on");

    public static RequestError Internal { get; } = new(ErrorCode.Internal, "", "the request failed inside the node; its log says why");

    public static RequestError Invalid(string field, string rule) => new(ErrorCode.InvalidArgument, field, $"{field} {rule}");

    public static RequestError Malformed(MessageType type) => new(ErrorCode.MalformedBody, "", $"the body does not parse as a {type} request");

    public static RequestError Unknown(MessageType type) =>
        new(ErrorCode.UnknownOperation, "", $"this node does not know request type {(byte)type}");

    public static RequestError Limit(string option, int limit) => new(ErrorCode.LimitExceeded, "", $"{option} is {limit}");

    public ErrorReply ToReply() => new()
    {
        Code = (uint)Code,
        Field = Field,
        Text = Text,
        Retryable = Retryable,
        RetryAfterMilliseconds = (uint)RetryAfter.TotalMilliseconds,
    };
}
