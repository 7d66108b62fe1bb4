using System.Buffers;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

namespace FastRegistry.Client.Connecting;

/// <summary>Sends the requests of users: waits for a session, and for the next one when the connection is lost before the answer.</summary>
/// <remarks>One per client; any thread. Every request it is given may safely be sent twice. One time-out covers everything.</remarks>
internal sealed class RequestSender(ServerLink link, TimingWheel wheel, TimeSpan timeout)
{
    /// <summary>The answer, and the session it came on.</summary>
    /// <param name="type">The request's type.</param>
    /// <param name="request">The request.</param>
    /// <param name="parse">Makes the answer of its body.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="before">What has to go out on a session before the request; null = nothing.</param>
    /// <exception cref="RegistryException">The server refused, or there was no answer in time.</exception>
    public async ValueTask<(TReply Reply, ServerSession Session)> SendAsync<TReply>(
        MessageType type,
        IMessage request,
        Func<ReadOnlySequence<byte>, IMessage> parse,
        CancellationToken cancellationToken,
        Func<ServerSession, ValueTask>? before = null)
        where TReply : class, IMessage
    {
        cancellationToken.ThrowIfCancellationRequested();
        long startedAt = wheel.Now;
        bool sent = false;
        while (true)
        {
            ServerSession session = await WaitForSessionAsync(Left(startedAt), sent, cancellationToken).ConfigureAwait(false);
            session.ThrowIfTooLarge(request);
            if (before is not null)
            {
                await before(session).ConfigureAwait(false);
            }

            TimeSpan left = Left(startedAt);
            if (left <= TimeSpan.Zero)
            {
                throw RegistryException.ForOutcome(new CallOutcome(CallStatus.TimedOut), timeout, sent);
            }

            CallOutcome outcome = await session.CallAsync(type, request, parse, left, cancellationToken).ConfigureAwait(false);
            switch (outcome)
            {
                case { Status: CallStatus.Replied, Reply: TReply reply }:
                    return (reply, session);

                case { Status: CallStatus.ConnectionLost }:
                    sent = true;
                    break;

                case { Status: CallStatus.Refused, Error.Code: (uint)ErrorCode.SessionClosed }:
                    // The server no longer knows this session although the connection stands: a new connection mends it.
                    session.Abort("the server closed the session");
                    await session.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
                    break;

                case { Status: CallStatus.Cancelled }:
                    throw new OperationCanceledException(cancellationToken);

                default:
                    throw RegistryException.ForOutcome(outcome, timeout, sent || outcome.Status is CallStatus.TimedOut or CallStatus.MalformedReply);
            }
        }
    }

    private async ValueTask<ServerSession> WaitForSessionAsync(TimeSpan left, bool sent, CancellationToken cancellationToken)
    {
        try
        {
            return await link.WaitAsync(left, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException none) when (sent && none.Code == RegistryErrorCode.NotConnected)
        {
            throw new RegistryException(RegistryErrorCode.ConnectionLost, $"The connection was lost before the answer. {none.Message}", none)
            {
                Retryable = true,
                MayHaveTakenEffect = true,
            };
        }
    }

    private TimeSpan Left(long startedAt) => timeout - TimeSpan.FromMilliseconds(wheel.Now - startedAt);
}
