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
    private ulong _pushes;

    /// <summary>Set when the node has asked for an acknowledgement; whoever sends it sets 0.</summary>
    public ulong PushesToAcknowledge { get; set; }

    /// <summary>Preface and set-up.</summary>
    public void SetUp(byte id)
    {
        byte[] instanceId = new byte[16];
        instanceId[0] = id;
        output.Write("FREG\x01\0\0\0"u8);
        Send(NewRequest(1, 1, new SetupRequest { ClientName = "path", ClientInstanceId = ByteString.CopyFrom(instanceId), ConnectionNumber = 1 }));
        Expect(Response);
    }

    public static byte[] NewRequest(byte type, ulong correlation, IMessage message)
    {
        byte[] frame = new byte[HeaderBytes + message.CalculateSize()];
        WriteHeader(frame, Request, type, correlation);
        message.WriteTo(frame.AsSpan(HeaderBytes));
        return frame;
    }

    public static byte[] NewPing(ulong token) => NewNumber(Ping, token);

    /// <param name="taken">Pushes of the connection that were taken in.</param>
    public static byte[] NewAck(ulong taken) => NewNumber(Ack, taken);

    public void Send(byte[] frame)
    {
        output.Write(frame);
        output.Flush();
    }

    /// <summary>Reads one frame, which must be of this kind and no error.</summary>
    public void Expect(byte kind)
    {
        if (Read() != kind)
        {
            throw Unexpected();
        }
    }

    /// <summary>Reads one frame of each kind, in any order.</summary>
    public void Expect(byte kind, byte otherKind)
    {
        byte first = Read();
        if (first != kind && first != otherKind)
        {
            throw Unexpected();
        }

        Expect(first == kind ? otherKind : kind);
    }

    private static byte[] NewNumber(byte kind, ulong number)
    {
        byte[] frame = new byte[HeaderBytes + sizeof(ulong)];
        WriteHeader(frame, kind, type: 0, correlation: 0);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(HeaderBytes), number);
        return frame;
    }

    private byte Read()
    {
        input.ReadExactly(_header);
        int length = BinaryPrimitives.ReadInt32LittleEndian(_header);
        input.ReadExactly(_body.AsSpan(0, length));
        byte kind = _header[5];
        bool isError = kind == Response && (_header[6] & 2) != 0;
        if (isError)
        {
            throw Unexpected();
        }

        if (kind == Push)
        {
            _pushes++;
            PushesToAcknowledge = (_header[6] & 4) != 0 ? _pushes : PushesToAcknowledge;
        }

        return kind;
    }

    private InvalidOperationException Unexpected() => new($"not what was expected: {Convert.ToHexString(_header)} {Convert.ToHexString(_body.AsSpan(0, BinaryPrimitives.ReadInt32LittleEndian(_header)))}");

    private static void WriteHeader(byte[] frame, byte kind, byte type, ulong correlation)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - HeaderBytes);
        frame[4] = 1;
        frame[5] = kind;
        frame[7] = type;
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(8), correlation);
    }
}
