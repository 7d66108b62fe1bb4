using System.Buffers.Binary;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Memory.Peers;

/// <summary>What a client sends first: preface and set-up, with an instance id of its own.</summary>
internal static class SetupBytes
{
    private const int InstanceIdBytes = 16;

    public static byte[] Create(Random random, int number)
    {
        byte[] id = new byte[InstanceIdBytes];
        random.NextBytes(id);

        // Random ids alone could meet.
        BinaryPrimitives.WriteInt32LittleEndian(id, number + 1);
        SetupRequest request = new()
        {
            ClientName = "load-memory",
            ClientVersion = "1.0.0",
            ClientInstanceId = ByteString.CopyFrom(id),
            ConnectionNumber = 1,
            Limits = new Wire.Messages.Limits
            {
                Streams = WireLimits.MaximumOpenStreams,
                StreamBytes = WireLimits.MaximumStreamBytes,
                StreamCreditBytes = WireLimits.InitialStreamCreditBytes,
            },
        };
        request.Labels.Add(new Label { Key = "app", Value = "load" });
        byte[] body = request.ToByteArray();
        byte[] all = new byte[Preface.Size + FrameHeader.Size + body.Length];
        Preface.Write(all);
        new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1).Write(all.AsSpan(Preface.Size));
        body.CopyTo(all.AsSpan(Preface.Size + FrameHeader.Size));
        return all;
    }
}
