using System.Buffers;
using System.Buffers.Binary;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Naming;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Server.Sessions;

/// <summary>Checks a set-up request and makes its reply.</summary>
internal static class SessionSetup
{
    private const int InstanceIdBytes = 16;
    private const int MaximumNameLength = 256;
    private const int MaximumLabels = 64;

    public static SetupOutcome Check(
        in ReadOnlySequence<byte> body, SessionServices services, out SetupRequest? request, out SetupReply? reply, out RequestError? error)
    {
        reply = null;
        try
        {
            request = SetupRequest.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            request = null;
            error = RequestError.Malformed(MessageType.Setup);
            return SetupOutcome.Refused;
        }

        error = CheckFields(request);
        if (error is not null)
        {
            return SetupOutcome.Refused;
        }

        ulong missing = request.RequiredCapabilities & ~(ulong)Capabilities.All;
        if (missing != 0)
        {
            error = RequestError.Invalid("required_capabilities", $"holds bits this node does not have: 0x{missing:x}");
            return SetupOutcome.MissingCapability;
        }

        reply = new SetupReply
        {
            Epoch = services.Registry.Epoch.ToMessage(),
            Capabilities = request.Capabilities & (ulong)Capabilities.All,

            // One node is its own majority.
            SeesMajority = true,
            ServerName = services.Options.Node.Id,
            ServerVersion = ProductVersion.Text,
            IdleProbeMilliseconds = (uint)services.Options.Deadlines.IdleProbe.TotalMilliseconds,
            MaximumBodyBytes = WireLimits.MaximumBodyBytes,
        };
        reply.ClientAddresses.AddRange(services.ClientAddresses);
        return SetupOutcome.Accepted;
    }

    public static UInt128 InstanceIdOf(SetupRequest request) => BinaryPrimitives.ReadUInt128BigEndian(request.ClientInstanceId.Span);

    private static RequestError? CheckFields(SetupRequest request)
    {
        if (request.ClientInstanceId.Length != InstanceIdBytes || !request.ClientInstanceId.Span.ContainsAnyExcept((byte)0))
        {
            return RequestError.Invalid("client_instance_id", $"must be {InstanceIdBytes} random bytes");
        }

        if (request.ClientName.Length > MaximumNameLength)
        {
            return RequestError.Invalid("client_name", $"must not be longer than {MaximumNameLength} characters");
        }

        if (request.ClientVersion.Length > MaximumNameLength)
        {
            return RequestError.Invalid("client_version", $"must not be longer than {MaximumNameLength} characters");
        }

        if (request.Labels.Count > MaximumLabels)
        {
            return RequestError.Invalid("labels", $"must not be more than {MaximumLabels}");
        }

        return NameRules.BrokenByNamespace(request.DefaultNamespace) is { } rule ? RequestError.Invalid("default_namespace", rule) : null;
    }
}
