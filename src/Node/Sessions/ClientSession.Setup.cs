using System.Buffers;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <content>The set-up: once the request was checked, a client is attached and served.</content>
internal sealed partial class ClientSession
{
    /// <summary>Answers a set-up request; a reason ends the session. Receive path.</summary>
    private CloseReason? SetUp(in Frame frame, BatchWriter replies, long now)
    {
        SetupOutcome outcome = SetupValidator.Check(frame.Body, out SetupRequest? request, out RequestError? error);
        ulong correlationId = frame.Header.CorrelationId;
        if (outcome == SetupOutcome.MissingCapability)
        {
            return WriteGoAway(replies, GoAwayReason.MissingCapability, error!.Text);
        }

        if (outcome == SetupOutcome.Refused)
        {
            // The client may correct itself until the handshake deadline.
            replies.WriteMessage(FrameKind.Response, FrameFlags.Error, MessageType.Setup, correlationId, error!.ToReply());
            return null;
        }

        UInt128 instanceId = SetupValidator.InstanceIdOf(request!);
        ClientProfile profile = ClientProfile.Of(request!);
        bool returning = _services.Clients.Find(instanceId) is { } former && former.Profile.Application == profile.Application;
        if (!_services.Limits.TryEnterApplication(profile.Application, returning, out LimitRule broken))
        {
            _services.Metrics.CountRefused(LimitKind.Application);
            _services.Events.Publish(new ConnectionRefused(GoAwayReason.LimitExceeded, broken.Text));
            return WriteGoAway(replies, GoAwayReason.LimitExceeded, broken.Text, _services.Limits.RedirectAddresses);
        }

        _takesChunks = (request!.Capabilities & (ulong)Capabilities.Chunks) != 0;
        _takesDeltas = (request.Capabilities & (ulong)Capabilities.Deltas) != 0;
        ClientSession? superseded = BeginServing(instanceId, _services.Profiles.Take(profile), now);
        WriteSetupReply(replies, correlationId, _services.SetupReplies.Encode(request.Capabilities));
        superseded?.EndSuperseded();
        _services.Log.SessionReady(Id, profile.Name, profile.Version);
        return null;
    }

    /// <summary>Makes this session the one that speaks for the client; from now on silence counts.</summary>
    /// <returns>The session that spoke for the client until now; the caller ends it.</returns>
    private ClientSession? BeginServing(UInt128 instanceId, ClientProfile profile, long now)
    {
        Volatile.Write(ref _profile, profile);
        Volatile.Write(ref _client, _services.Clients.Attach(instanceId, this, out ClientSession? superseded, profile.Name, profile.Version));
        _stage = Stage.Ready;
        _lastReceived = now;
        Volatile.Write(ref _isServing, true);
        _services.Wheel.Arm(_entry, now, LookMilliseconds);
        return superseded;
    }

    /// <summary>Copied: a small body is sent sooner from the batch's own block than from a segment of its own.</summary>
    private static void WriteSetupReply(BatchWriter replies, ulong correlationId, byte[] body)
    {
        new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Setup, correlationId).Write(replies.GetSpan(FrameHeader.Size));
        replies.Advance(FrameHeader.Size);
        replies.Write(body);
    }
}
