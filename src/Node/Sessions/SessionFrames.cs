using System.Diagnostics;
using FastRegistry.Node.Admission;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>What each kind of frame does to a session. On its receive path.</summary>
internal static class SessionFrames
{
    /// <summary>Handles one frame; a reason ends the session.</summary>
    /// <param name="session">Whose frame it is.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="replies">Takes the answer.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="isSample">If it is a request, its time is measured.</param>
    public static CloseReason? Take(ClientSession session, in Frame frame, BatchWriter replies, long now, bool isSample)
    {
        if (frame.Acknowledged != 0)
        {
            session.Acknowledge(frame.Acknowledged);
        }

        FrameKind kind = frame.Header.Kind;
        if (session.Stage == SessionStage.Setup && kind is not FrameKind.GoAway)
        {
            return frame.Header is { Kind: FrameKind.Request, Type: MessageType.Setup }
                ? SessionHandshake.SetUp(session, frame, replies, now)
                : SessionGoAway.Write(replies, GoAwayReason.SetupRequired, "the first frame must be the set-up request");
        }

        switch (kind)
        {
            case FrameKind.Request:
                return isSample ? TakeTimed(session, frame, replies) : SessionRequests.Take(session, frame, replies);
            case FrameKind.Ping:
                PingBody ping = PingBody.Read(frame.Body);
                session.Acknowledge(ping.AcknowledgedPush);

                // A rule of this point only monitors: a ping is always answered.
                session.Services.RateLimits.Count(ControlPoint.HealthCheck);
                replies.WritePong(new UInt64Body(ping.Token));
                return null;
            case FrameKind.Probe:
                replies.WritePong(new UInt64Body(UInt64Body.Read(frame.Body).Value));
                return null;
            case FrameKind.Pong:
                return null;
            case FrameKind.Ack:
                session.Acknowledge(UInt64Body.Read(frame.Body).Value);
                return null;
            case FrameKind.Credit:
                session.Output.AddCredit(CreditBody.Read(frame.Body));
                return null;
            case FrameKind.Cancel:
                session.InWork?.Cancel(frame.Header.CorrelationId);
                return null;
            case FrameKind.GoAway:
                return CloseReason.Received(GoAwayReason.ClientClosing, "the client is leaving");
            default:
                return (frame.Header.Flags & FrameFlags.Skippable) != 0
                    ? null
                    : SessionGoAway.Write(replies, GoAwayReason.ProtocolViolation, $"a client does not send {kind} frames");
        }
    }

    private static CloseReason? TakeTimed(ClientSession session, in Frame frame, BatchWriter replies)
    {
        long started = Stopwatch.GetTimestamp();
        CloseReason? close = SessionRequests.Take(session, frame, replies);
        session.Services.Metrics.RequestHandling.Record(Stopwatch.GetElapsedTime(started).Ticks / TimeSpan.TicksPerMicrosecond);
        return close;
    }
}
