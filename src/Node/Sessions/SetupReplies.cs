using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Sessions;

/// <summary>The answers to set-ups, encoded once: all that tells one client's from another's is the capabilities both sides have.</summary>
/// <remarks>Any thread; made with the node. Two threads that miss at once encode the same bytes. The bodies never change and are linked by reference.</remarks>
internal sealed class SetupReplies(NodeEpoch epoch, RegistryNodeOptions options)
{
    private byte[]?[] _bodies = new byte[]?[(int)Capabilities.All + 1];
    private IReadOnlyList<string> _addresses = [];

    /// <summary>Addresses of the client listener as clients can reach it; set when it is bound, before it accepts.</summary>
    public IReadOnlyList<string> ClientAddresses
    {
        get => _addresses;
        set
        {
            _addresses = value;
            Volatile.Write(ref _bodies, new byte[]?[(int)Capabilities.All + 1]);
        }
    }

    /// <summary>The encoded <see cref="SetupReply"/> for a client that has announced these capabilities.</summary>
    public byte[] Encode(ulong announced)
    {
        byte[]?[] bodies = Volatile.Read(ref _bodies);
        ref byte[]? body = ref bodies[announced & (ulong)Capabilities.All];
        return Volatile.Read(ref body) ?? (body = Create(announced).ToByteArray());
    }

    private SetupReply Create(ulong announced)
    {
        SetupReply reply = new()
        {
            Epoch = epoch.ToMessage(),
            Capabilities = announced & (ulong)Capabilities.All,

            // One node is its own majority.
            SeesMajority = true,
            ServerName = options.Node.Id,
            ServerVersion = ProductVersion.Text,
            IdleProbeMilliseconds = (uint)options.Deadlines.IdleProbe.TotalMilliseconds,
            MaximumBodyBytes = WireLimits.MaximumBodyBytes,
            PushAckMilliseconds = (uint)options.Push.AckDeadline.TotalMilliseconds,
        };
        reply.ClientAddresses.AddRange(_addresses);
        return reply;
    }
}
