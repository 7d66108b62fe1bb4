using System.Buffers;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Events;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <content>The ends of a session: by its connection, by its deadlines, by a newer session, by an operator, at a stop.</content>
internal sealed partial class ClientSession
{
    /// <summary>Tells the client to leave and goes on serving it until it does or the session is aborted. Thread-safe.</summary>
    public void AskToLeave(GoAwayReason reason, string text) => SendGoAway(reason, text);

    /// <summary>Tells the client to go elsewhere, goes on serving it, and closes after the linger time if it has not left. Thread-safe.</summary>
    /// <returns>False when the session is not set up, or leaving already.</returns>
    public bool TryAskToMove(GoAwayReason reason, string text, IReadOnlyList<string> addresses)
    {
        if (ClientOrNull is not { } client)
        {
            return false;
        }

        lock (client.ClientLock)
        {
            // While the session speaks for the client, its wheel entry is its own.
            if (client.Session != this || Status.IsLeaving)
            {
                return false;
            }

            BeginClosing();
        }

        SendGoAway(reason, text, addresses);
        return true;
    }

    /// <summary>Says goaway and closes when it has been sent; the linger deadline runs already. On the thread of the newer session.</summary>
    private void EndSuperseded() => SendLastGoAway(GoAwayReason.Superseded, "the same client instance id has connected again");

    /// <summary>Closes the connection now. Thread-safe.</summary>
    public void Abort(CloseReason reason) => _connection.Abort(reason);

    /// <summary>Starts the linger deadline. The wheel entry must be the session's own: on the wheel's thread, on the receive path, or with the client's lock
    /// held while this session still speaks for the client.</summary>
    public void BeginClosing() => BeginClosing(_services.Wheel.Now);

    public bool OnOverHardLimit()
    {
        if (Interlocked.Exchange(ref _isOverHardLimit, true))
        {
            // Its end is under way already.
            return true;
        }

        if (ClientOrNull is not { } client)
        {
            return false;
        }

        lock (client.ClientLock)
        {
            if (client.Session != this)
            {
                return false;
            }

            if (!IsClosing)
            {
                BeginClosing();
            }
        }

        const string TooMuch = "more waits to be read than the node keeps for one client";
        SendLastGoAway(GoAwayReason.SlowConsumer, TooMuch);
        ReleaseClient(CloseReason.Sent(GoAwayReason.SlowConsumer, TooMuch));
        return true;
    }

    public void OnClosed(CloseReason reason)
    {
        _services.Limits.Leave(Address);
        _services.Sessions.Remove(Slot);
        _services.Events.Publish(new ConnectionClosed(Id, reason));
        EndSubscriptions();
        Volatile.Read(ref _requests)?.End();
        Volatile.Read(ref _streams)?.Close();
        if (_client is not null)
        {
            _services.Clients.Detach(_client, this, reason);
            _services.Limits.LeaveApplication(_profile.Application);
            _services.Profiles.Return(_profile);
        }

        // After it was detached: from then on no other session arms the entry.
        _services.Wheel.Release(_entry);

        _services.Metrics.CountClosed(reason);
        if (reason.Fault is not null)
        {
            _services.Log.SessionFault(reason.Fault, Id);
        }
        else
        {
            _services.Log.SessionClosed(Id, reason);
        }
    }

    /// <summary>Acts on what the deadlines have decided. On the wheel's thread: the entry cannot go to another owner meanwhile.</summary>
    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        DeadlineVerdict verdict = EvaluateDeadlines(now, out Deadline next);
        switch (verdict)
        {
            case DeadlineVerdict.SilentBehindOutput when _connection is { Outbound.IsAboveHighWaterMark: true, HasUnreadInput: true }:
                // Its input is not read while the output is above the high-water mark. It has sent something, so it is alive: the time for slow consumers counts.
                return next;
            case DeadlineVerdict.SilentBehindOutput:
                const string SilentAndFull = "nothing was heard, and nothing of what waits was taken";
                Close(GoAwayReason.IdleTimeout, SilentAndFull);
                ReleaseClient(CloseReason.Sent(GoAwayReason.IdleTimeout, SilentAndFull));
                break;
            case DeadlineVerdict.Wait:
                JudgeAcks(now, ref next);
                return next;
            case DeadlineVerdict.Probe:
                // Acks are judged when the probe is.
                SendProbe(now);
                return next;
            case DeadlineVerdict.HandshakeOver:
                Close(GoAwayReason.SetupTimeout, "preface and set-up did not come in time");
                break;
            case DeadlineVerdict.FrameOver:
                Close(GoAwayReason.FrameTimeout, "a frame was started and not finished in time");
                break;
            case DeadlineVerdict.ProbeOver:
                const string Silent = "nothing was heard and a probe was not answered";
                Close(GoAwayReason.IdleTimeout, Silent);

                // Most likely nobody is there to read the goaway: what the client publishes does not wait for the linger time.
                ReleaseClient(CloseReason.Sent(GoAwayReason.IdleTimeout, Silent));
                break;
            case DeadlineVerdict.SlowConsumer:
                // The goaway stands behind what was not read; a client that reads again in the linger time learns why it was left.
                const string NothingRead = "nothing of what waits was read";
                Close(GoAwayReason.SlowConsumer, NothingRead);
                ReleaseClient(CloseReason.Sent(GoAwayReason.SlowConsumer, NothingRead));
                break;
            default:
                // A session that ends by itself has its reason; this one is for a client that was asked to move.
                Abort(CloseReason.Sent(GoAwayReason.Move, "it was told to leave and stayed"));
                return Deadline.None;
        }

        return Deadline.After(now, Milliseconds(Deadlines.Linger));
    }

    /// <summary>Ends the batch, and with it the session: what arrives from now on is ignored. Receive path.</summary>
    private ReceiveResult EndWith(in ReadOnlySequence<byte> received, CloseReason reason, long now)
    {
        _stage = Stage.Closing;
        BeginClosing(now);
        return new ReceiveResult(received.End, received.End, reason);
    }

    /// <summary>A goaway was sent; the peer has a moment to read it.</summary>
    private void BeginClosing(long now)
    {
        Volatile.Write(ref _closingAt, CompactTimestamp.Of(now));
        _services.Wheel.Arm(_entry, now, Milliseconds(Deadlines.Linger));
    }

    /// <summary>The session does not speak for its client any more, though the connection is not closed yet.</summary>
    private void ReleaseClient(CloseReason reason)
    {
        if (ClientOrNull is { } client)
        {
            _services.Clients.Detach(client, this, reason);
        }
    }

    private void Close(GoAwayReason reason, string text)
    {
        SendLastGoAway(reason, text);
        BeginClosing();
    }

    private void SendLastGoAway(GoAwayReason reason, string text)
    {
        SendGoAway(reason, text);
        _connection.CloseAfterSending(CloseReason.Sent(reason, text));
    }
}
