using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
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

        profile = _services.Profiles.Take(profile);
        if (!TryBeginServing(instanceId, request!.ConnectionNumber, correlationId, profile, now, out ClientSession? superseded))
        {
            _services.Profiles.Return(profile);
            _services.Limits.LeaveApplication(profile.Application);
            return WriteGoAway(replies, GoAwayReason.Superseded, "a connection of this client with a higher number, or with the same, is there");
        }

        superseded?.EndSuperseded();
        _services.Log.SessionReady(Id, profile.Name, profile.Version);
        return null;
    }

    /// <summary>Makes this session the one that speaks for the client, unless a newer one does; from now on silence counts.</summary>
    /// <param name="instanceId">The client.</param>
    /// <param name="connectionNumber">Of two connections of a client the higher one wins: a late old connect never displaces a newer one.</param>
    /// <param name="correlationId">Of the set-up request, which is answered here.</param>
    /// <param name="profile">What the client said about itself.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="superseded">The session that spoke for the client until now; the caller ends it.</param>
    private bool TryBeginServing(
        UInt128 instanceId, ulong connectionNumber, ulong correlationId, ClientProfile profile, long now, out ClientSession? superseded)
    {
        ClientProfile before = _profile;
        Volatile.Write(ref _profile, profile);
        RegistryClient? client = _services.Clients.TryAttach(instanceId, this, connectionNumber, out superseded, profile.Name, profile.Version);
        if (client is null)
        {
            Volatile.Write(ref _profile, before);
            return false;
        }

        // At once, and not with the batch: pushes begin with the next line, and the answer to the set-up is the first frame of a connection.
        SendSetupReply(correlationId, _services.SetupReplies.Encode());
        Volatile.Write(ref _client, client);
        _stage = Stage.Ready;
        _lastReceived = now;
        Volatile.Write(ref _isServing, true);
        _services.Wheel.Arm(_entry, now, LookMilliseconds);
        return true;
    }

    /// <summary>Copied: a small body is sent sooner from a pooled block than from a segment of its own.</summary>
    private void SendSetupReply(ulong correlationId, byte[] body) =>
        _connection.Send(new FrameHeader((uint)body.Length, FrameKind.Response, FrameFlags.None, MessageType.Setup, correlationId), body);
}
