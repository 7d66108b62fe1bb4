using System.Security.Cryptography;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Who a client is to the server, over all its connections. One connection at a time is set up with it.</summary>
internal sealed class NativeIdentity
{
    private const int InstanceIdBytes = 16;

    private ulong _connections;

    public NativeIdentity()
    {
        Span<byte> instanceId = stackalloc byte[InstanceIdBytes];
        RandomNumberGenerator.Fill(instanceId);
        InstanceId = ByteString.CopyFrom(instanceId);
    }

    public ByteString InstanceId { get; }

    /// <summary>Number of the connection that is made now: 1, 2, 3, …</summary>
    public ulong NextConnection() => ++_connections;
}
