using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Client;

/// <summary>Why an operation failed. Below 1,000: said by the server, the numbers of the protocol. From 1,000: found by the client.</summary>
public enum RegistryErrorCode
{
    /// <summary>Not an error.</summary>
    None = 0,

    /// <summary>The request did not parse.</summary>
    MalformedBody = 1,

    /// <summary>A field breaks its rule; <see cref="RegistryException.Field"/> names it.</summary>
    InvalidArgument = 2,

    /// <summary>The server does not know the operation.</summary>
    UnknownOperation = 3,

    /// <summary>A correlation id was used twice.</summary>
    DuplicateCorrelation = 4,

    /// <summary>A bound of the server or of the client would be passed; the message names it.</summary>
    LimitExceeded = 5,

    /// <summary>The server has too much to do, or a rate limit is reached.</summary>
    Overloaded = 6,

    /// <summary>The server is starting, or its operator has it refuse such operations.</summary>
    Unavailable = 7,

    /// <summary>It contradicts what exists.</summary>
    Conflict = 8,

    /// <summary>The server failed, or gave a code this version does not know.</summary>
    Internal = 9,

    /// <summary>Cancelled.</summary>
    Cancelled = 10,

    /// <summary>The server cannot do it in its version.</summary>
    NotSupported = 11,

    /// <summary>The session is closing.</summary>
    SessionClosed = 12,

    /// <summary>No answer in time.</summary>
    TimedOut = 1000,

    /// <summary>There was no connection for the whole time the operation may take; nothing was sent.</summary>
    NotConnected = 1001,

    /// <summary>The connection was lost before the answer, and no other came up in time.</summary>
    ConnectionLost = 1002,

    /// <summary>The answer was not the expected message.</summary>
    MalformedReply = 1003,
}

/// <summary>An operation of the client failed.</summary>
#pragma warning disable CA1032 // Always made with a code; the standard constructors would lose it.
public sealed class RegistryException : Exception
#pragma warning restore CA1032
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RegistryException(RegistryErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>What went wrong.</summary>
    public RegistryErrorCode Code { get; }

    /// <summary>The field to blame, when there is one: <c>weight</c>, <c>instances[2].port</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The same call may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the server asks to wait; null = no advice.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A request went out and its fate is not known.</summary>
    internal bool MayHaveTakenEffect { get; init; }

    /// <summary>Repeating the same request cannot help.</summary>
    internal bool IsPermanent => Code is RegistryErrorCode.InvalidArgument or RegistryErrorCode.Conflict or RegistryErrorCode.NotSupported
        or RegistryErrorCode.MalformedBody or RegistryErrorCode.UnknownOperation;

    /// <summary>The same failure for another caller: an exception is thrown once.</summary>
    internal RegistryException ForAnotherCaller() => new(Code, Message, this) { Field = Field, Retryable = Retryable, RetryAfter = RetryAfter };

    internal static RegistryException Invalid(string field, string rule) =>
        new(RegistryErrorCode.InvalidArgument, $"{field}: {rule}") { Field = field };

    /// <summary>The exception for an outcome other than an answer.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="timeout">What the operation was given.</param>
    /// <param name="mayHaveTakenEffect">The server may have acted all the same.</param>
    internal static RegistryException ForOutcome(CallOutcome outcome, TimeSpan timeout, bool mayHaveTakenEffect) => outcome switch
    {
        { Status: CallStatus.Refused, Error: { } error } => Refused(error),
        { Status: CallStatus.TimedOut } => Local(
            RegistryErrorCode.TimedOut, $"No answer within {timeout.TotalSeconds:0.###} s.", retryable: true, mayHaveTakenEffect),
        { Status: CallStatus.TooManyCalls } => Local(
            RegistryErrorCode.LimitExceeded,
            $"{nameof(NamingClientOptions.MaximumOutstandingRequests)} requests are outstanding.",
            retryable: true,
            mayHaveTakenEffect),
        { Status: CallStatus.ConnectionLost } => Local(
            RegistryErrorCode.ConnectionLost, "The connection was lost before the answer.", retryable: true, mayHaveTakenEffect),
        _ => Local(RegistryErrorCode.MalformedReply, $"The answer was not the expected message ({outcome.Status}).", retryable: false, mayHaveTakenEffect),
    };

    private static RegistryException Refused(ErrorReply error)
    {
        RegistryErrorCode code = (RegistryErrorCode)error.Code;
        bool known = Enum.IsDefined(code) && code is > RegistryErrorCode.None and < RegistryErrorCode.TimedOut;
        string text = error.Field.Length == 0 ? error.Text : $"{error.Field}: {error.Text}";
        return new RegistryException(known ? code : RegistryErrorCode.Internal, text)
        {
            Field = error.Field.Length == 0 ? null : error.Field,
            Retryable = error.Retryable,
            RetryAfter = error.RetryAfterMilliseconds == 0 ? null : TimeSpan.FromMilliseconds(error.RetryAfterMilliseconds),
        };
    }

    private static RegistryException Local(RegistryErrorCode code, string message, bool retryable, bool mayHaveTakenEffect) =>
        new(code, message) { Retryable = retryable, MayHaveTakenEffect = mayHaveTakenEffect };
}
