using System.Buffers.Binary;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Bench.Path;

/// <summary>A client that writes and reads frames by hand (docs/protocol.md): code of <c>src</c> that both ends use must count for the node alone.</summary>
/// <remarks>Messages are those generated from the protocol's files, which are not below <c>src</c>; they are made outside of windows. One thread uses it.</remarks>
internal sealed class FrameClient(Stream input, Stream output)
{
    public const byte Response = 2;
    public const byte Push = 3;
    public const byte Pong = 6;

    private const int HeaderBytes = 16;
    private const byte Request = 1;
    private const byte Ack = 4;
    private const byte Ping = 5;

    private readonly byte[] _header = new byte[HeaderBytes];
    private readonly byte[] _body = new byte[64 * 1024];

    /// <summary>Preface and set-up.</summary>
    public void SetUp(byte id)
    {
        byte[] instanceId = new byte[16];
        instanceId[0] = id;
        output.Write("FREG\x01\0\0\0"u8);

        // Bits 0 to 2: what the .NET client understands.
        Send(NewRequest(1, 1, new SetupRequest { ClientName = "path", ClientInstanceId = ByteString.CopyFrom(instanceId), Capabilities = 7 }));
        Expect(Response);
    }

    public static byte[] NewRequest(byte type, ulong correlation, IMessage message)
    {
        byte[] frame = new byte[HeaderBytes + message.CalculateSize()];
        WriteHeader(frame, Request, type, correlation);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    public static byte[] NewPing(ulong token, ulong acknowledged)
    {
        byte[] frame = new byte[HeaderBytes + 16];
        WriteHeader(frame, Ping, type: 0, correlation: 0);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(HeaderBytes), token);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(HeaderBytes + 8), acknowledged);
        return frame;
    }

    public static byte[] NewAck(ulong sequence)
    {
        byte[] frame = new byte[HeaderBytes + 8];
        WriteHeader(frame, Ack, type: 0, correlation: 0);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(HeaderBytes), sequence);
        return frame;
    }

    public void Send(byte[] frame)
    {
        output.Write(frame);
        output.Flush();
    }

    /// <summary>Reads one frame, which must be of this kind and no error, and returns the first eight bytes of its body as a number: of a push, its sequence.</summary>
    public ulong Expect(byte kind)
    {
        input.ReadExactly(_header);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_header);
        input.ReadExactly(_body.AsSpan(0, length));
        if (_header[5] != kind || (kind == Response && (_header[6] & 2) != 0))
        {
            throw new InvalidOperationException($"kind {kind} was expected, and {Convert.ToHexString(_header)} {Convert.ToHexString(_body.AsSpan(0, length))} came");
        }

        return length < 8 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(_body);
    }

    private static void WriteHeader(byte[] frame, byte kind, byte type, ulong correlation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderBytes);
        frame[4] = 1;
        frame[5] = kind;
        frame[7] = type;
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(8), correlation);
    }
}
