using FastRegistry.Client.Connecting;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Client.Requesting;

/// <summary>What users see of a call that did not end with its answer.</summary>
internal static class CallFailure
{
    /// <summary>The exception for an outcome other than an answer.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="timeout">What the operation was given.</param>
    /// <param name="mayHaveTakenEffect">The server may have acted all the same.</param>
    public static RegistryException Of(CallOutcome outcome, TimeSpan timeout, bool mayHaveTakenEffect) => outcome switch
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

    /// <exception cref="RegistryException">The server would close the connection over it.</exception>
    public static void ThrowIfTooLarge(IMessage request, ServerSession session)
    {
        int bytes = request.CalculateSize();
        if (bytes > session.MaximumBodyBytes)
        {
            throw RegistryException.Invalid("instances", $"the request has {bytes} bytes, the server takes {session.MaximumBodyBytes}");
        }
    }

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
