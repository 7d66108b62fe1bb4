using System.Buffers;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>The set-up of a session: what was checked becomes a client that is served. On its receive path.</summary>
internal static class SessionHandshake
{
    /// <summary>Answers a set-up request; a reason ends the session.</summary>
    public static CloseReason? SetUp(ClientSession session, in Frame frame, BatchWriter replies, long now)
    {
        SessionServices services = session.Services;
        SetupOutcome outcome = SessionSetup.Check(frame.Body, out SetupRequest? request, out RequestError? error);
        ulong correlationId = frame.Header.CorrelationId;
        if (outcome == SetupOutcome.MissingCapability)
        {
            return SessionGoAway.Write(replies, GoAwayReason.MissingCapability, error!.Text);
        }

        if (outcome == SetupOutcome.Refused)
        {
            // The client may correct itself until the handshake deadline.
            replies.WriteMessage(FrameKind.Response, FrameFlags.Error, MessageType.Setup, correlationId, error!.ToReply());
            return null;
        }

        UInt128 instanceId = SessionSetup.InstanceIdOf(request!);
        ClientProfile profile = ClientProfile.Of(request!);
        bool returning = services.Clients.Find(instanceId) is { } former && former.Profile.Application == profile.Application;
        if (!services.Limits.TryEnterApplication(profile.Application, returning, out LimitRule broken))
        {
            services.Metrics.CountRefused(LimitKind.Application);
            services.Events.Publish(new ConnectionRefused(GoAwayReason.LimitExceeded, broken.Text));
            return SessionGoAway.Write(replies, GoAwayReason.LimitExceeded, broken.Text, services.Limits.RedirectAddresses);
        }

        session.ChunksAllowed = (request!.Capabilities & (ulong)Capabilities.Chunks) != 0;
        session.TakesDeltas = (request.Capabilities & (ulong)Capabilities.Deltas) != 0;
        ClientSession? superseded = session.BeginServing(instanceId, services.Profiles.Take(profile), now);
        WriteReply(replies, correlationId, services.SetupReplies.Encode(request.Capabilities));
        if (superseded is not null)
        {
            SessionEnding.EndSuperseded(superseded);
        }

        services.Log.SessionReady(session.Id, profile.Name, profile.Version);
        return null;
    }

    /// <summary>Copied: a small body is sent sooner from the batch's own block than from a segment of its own.</summary>
    private static void WriteReply(BatchWriter replies, ulong correlationId, byte[] body)
    {
        new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Setup, correlationId).Write(replies.GetSpan(FrameHeader.Size));
        replies.Advance(FrameHeader.Size);
        replies.Write(body);
    }
}
