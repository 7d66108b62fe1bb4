using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>The ways in which a session is told to leave or ended: by its deadlines, by an operator, by a newer session.</summary>
internal static class SessionEnding
{
    /// <summary>Does what the session's deadlines ask for. On the wheel's thread: the entry cannot go to another owner meanwhile.</summary>
    public static Deadline OnDeadline(ClientSession session, long now)
    {
        SessionServices services = session.Services;
        SessionDeadlines.Verdict verdict = session.Deadlines.Evaluate(
            services.Wheel, services.Options.Deadlines, session.Connection.Outbound, session.Output.StreamProgress, now, out Deadline next);
        switch (verdict)
        {
            case SessionDeadlines.Verdict.SilentBehindOutput when session.Connection is { Outbound.IsAboveHighWaterMark: true, HasUnreadInput: true }:
                // Its input is not read while it is behind. It has sent something, so it is alive: the time for slow consumers counts.
                return next;
            case SessionDeadlines.Verdict.SilentBehindOutput:
                session.Abort(new CloseReason(CloseKind.Aborted, GoAwayReason.IdleTimeout, "nothing was heard, and nothing of what waits was taken"));
                return Deadline.None;
            case SessionDeadlines.Verdict.Wait:
                JudgeAcks(session, now, ref next);
                return next;
            case SessionDeadlines.Verdict.Probe:
                // Acks are judged when the probe is.
                session.Output.SendProbe(now);
                return next;
            case SessionDeadlines.Verdict.HandshakeOver:
                Close(session, GoAwayReason.SetupTimeout, "preface and set-up did not come in time");
                break;
            case SessionDeadlines.Verdict.FrameOver:
                Close(session, GoAwayReason.FrameTimeout, "a frame was started and not finished in time");
                break;
            case SessionDeadlines.Verdict.ProbeOver:
                const string Silent = "nothing was heard and a probe was not answered";
                Close(session, GoAwayReason.IdleTimeout, Silent);

                // Most likely nobody is there to read the goaway: what the client publishes does not wait for the linger time.
                session.ReleaseClient(CloseReason.Sent(GoAwayReason.IdleTimeout, Silent));
                break;
            case SessionDeadlines.Verdict.SlowConsumer:
                // It reads nothing, so a goaway would never arrive.
                session.Abort(new CloseReason(CloseKind.Aborted, GoAwayReason.SlowConsumer, "nothing of what waits was read"));
                return Deadline.None;
            default:
                // A session that ends by itself has its reason; this one is for who was asked to move.
                session.Abort(CloseReason.Sent(GoAwayReason.Move, "it was told to leave and stayed"));
                return Deadline.None;
        }

        return Deadline.After(now, (int)services.Options.Deadlines.Linger.TotalMilliseconds);
    }

    /// <summary>Says goaway and closes when it has been sent; its linger deadline runs already. On the thread of the newer session.</summary>
    public static void EndSuperseded(ClientSession session) =>
        SendLastGoAway(session, GoAwayReason.Superseded, "the same client instance id has connected again");

    /// <summary>Tells the client to leave and goes on serving it until it does or it is aborted.</summary>
    public static void AskToLeave(ClientSession session, GoAwayReason reason, string text) => session.Output.SendGoAway(reason, text);

    /// <summary>Tells the client to go elsewhere, goes on serving it, and closes after the linger time if it has not left. Any thread.</summary>
    /// <returns>False when it is not set up, or leaving already.</returns>
    public static bool TryAskToMove(ClientSession session, GoAwayReason reason, string text, IReadOnlyList<string> addresses)
    {
        if (session.ClientOrNull is not { } client)
        {
            return false;
        }

        lock (client.ClientLock)
        {
            // While it speaks for the client, its wheel entry is its own.
            if (client.Session != session || session.Status.IsLeaving)
            {
                return false;
            }

            session.BeginClosing();
        }

        session.Output.SendGoAway(reason, text, addresses);
        return true;
    }

    private static void JudgeAcks(ClientSession session, long now, ref Deadline next)
    {
        // Who is leaving will have whole lists elsewhere.
        if (session.Deadlines.IsClosing || session.Subscriptions is not { AwaitsAck: true } subscriptions)
        {
            return;
        }

        OutboundChain outbound = session.Connection.Outbound;
        bool isDrained = outbound.QueuedBytes == 0 && !session.Output.HasOpenStreams;
        ulong acknowledged = session.AcknowledgedPush;
        AckVerdict verdict = subscriptions.JudgeAcks(outbound, acknowledged, isDrained, session.Deadlines.LastReceived, now, ref next);
        if (verdict == AckVerdict.Wait)
        {
            return;
        }

        bool isLast = verdict == AckVerdict.GiveUp;
        session.Services.Metrics.CountPushRetry(isLast);

        // When the queue has no room, the next try comes with its back-off.
        session.Services.Requests.TryAdd(new PushRepetition(subscriptions, acknowledged, isLast));
    }

    private static void Close(ClientSession session, GoAwayReason reason, string text)
    {
        SendLastGoAway(session, reason, text);
        session.BeginClosing();
    }

    private static void SendLastGoAway(ClientSession session, GoAwayReason reason, string text)
    {
        session.Output.SendGoAway(reason, text);
        session.Connection.CloseAfterSending(CloseReason.Sent(reason, text));
    }
}
