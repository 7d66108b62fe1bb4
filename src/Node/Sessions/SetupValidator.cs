using System.Buffers;
using System.Buffers.Binary;
using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>What a set-up request led to.</summary>
internal enum SetupOutcome
{
    /// <summary>The session is ready.</summary>
    Accepted,

    /// <summary>An error reply; the client may try again.</summary>
    Refused,

    /// <summary>The client wants what this node does not have; a goaway.</summary>
    MissingCapability,
}

/// <summary>Checks a set-up request.</summary>
internal static class SetupValidator
{
    private const int InstanceIdBytes = 16;
    private const int MaximumNameLength = 256;
    private const int MaximumLabels = 64;
    private const int MaximumLabelKeyLength = 128;
    private const int MaximumLabelValueLength = 1024;
    private const int MaximumLabelsLength = 4096;

    public static SetupOutcome Check(in ReadOnlySequence<byte> body, out SetupRequest? request, out RequestError? error)
    {
        request = null;
        try
        {
            request = MessageCheck.IsWellFormed(MessageShape.SetupRequest, body) ? SetupRequest.Parser.ParseFrom(body) : null;
        }
        catch (InvalidProtocolBufferException)
        {
            // Answered below.
        }

        if (request is null)
        {
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

        return SetupOutcome.Accepted;
    }

    public static UInt128 InstanceIdOf(SetupRequest request) => BinaryPrimitives.ReadUInt128BigEndian(request.ClientInstanceId.Span);

    private static RequestError? CheckFields(SetupRequest request)
    {
        if (request.ClientInstanceId.Length != InstanceIdBytes || !request.ClientInstanceId.Span.ContainsAnyExcept((byte)0))
        {
            return RequestError.Invalid("client_instance_id", $"must be {InstanceIdBytes} random bytes");
        }

        if (request.ConnectionNumber == 0)
        {
            return RequestError.Invalid("connection_number", "must be 1 or more, higher at each connect of the client");
        }

        if (request.ClientName.Length > MaximumNameLength)
        {
            return RequestError.Invalid("client_name", $"must not be longer than {MaximumNameLength} characters");
        }

        if (request.ClientVersion.Length > MaximumNameLength)
        {
            return RequestError.Invalid("client_version", $"must not be longer than {MaximumNameLength} characters");
        }

        if (CheckLabels(request) is { } error)
        {
            return error;
        }

        return NameRules.BrokenByNamespace(request.DefaultNamespace) is { } rule ? RequestError.Invalid("default_namespace", rule) : null;
    }

    private static RequestError? CheckLabels(SetupRequest request)
    {
        if (request.Labels.Count > MaximumLabels)
        {
            return RequestError.Invalid("labels", $"must not be more than {MaximumLabels}");
        }

        int length = 0;
        HashSet<string>? keys = request.Labels.Count > 1 ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (int i = 0; i < request.Labels.Count; i++)
        {
            Label label = request.Labels[i];
            if (label.Key.Length is 0 or > MaximumLabelKeyLength)
            {
                return RequestError.Invalid($"labels[{i}].key", $"must have 1 to {MaximumLabelKeyLength} characters");
            }

            if (label.Value.Length > MaximumLabelValueLength)
            {
                return RequestError.Invalid($"labels[{i}].value", $"must not be longer than {MaximumLabelValueLength} characters");
            }

            if (keys is not null && !keys.Add(label.Key))
            {
                return RequestError.Invalid($"labels[{i}].key", $"\"{label.Key}\" is there twice");
            }

            length += label.Key.Length + label.Value.Length;
        }

        return length > MaximumLabelsLength
            ? RequestError.Invalid("labels", $"must not have more than {MaximumLabelsLength} characters in all keys and values")
            : null;
    }
}
