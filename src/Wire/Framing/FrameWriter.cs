using FastRegistry.Wire.Outbound;
using Google.Protobuf;

namespace FastRegistry.Wire.Framing;

/// <summary>Writes whole frames into a batch. Stateless, allocates nothing.</summary>
public static class FrameWriter
{
    /// <summary>A frame with a protobuf body.</summary>
    public static void WriteMessage(
        this BatchWriter batch, FrameKind kind, FrameFlags flags, MessageType type, ulong correlationId, IMessage message)
    {
        int bodyBytes = message.CalculateSize();
        batch.WriteHeader(new FrameHeader((uint)bodyBytes, kind, flags, type, correlationId));
        message.WriteTo(batch);
    }

    /// <summary>A frame whose body exists already and is shared with others: header copied, body linked.</summary>
    public static void WriteShared(
        this BatchWriter batch, FrameKind kind, FrameFlags flags, MessageType type, ulong correlationId, ReadOnlyMemory<byte> body)
    {
        batch.WriteHeader(new FrameHeader((uint)body.Length, kind, flags, type, correlationId));
        batch.AppendShared(body);
    }

    /// <summary>header | token, 8</summary>
    public static void WritePong(this BatchWriter batch, PongBody pong)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + PongBody.Size);
        new FrameHeader(PongBody.Size, FrameKind.Pong, FrameFlags.None, MessageType.None, 0).Write(frame);
        pong.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + PongBody.Size);
    }

    /// <summary>header | sequence, 8</summary>
    public static void WriteAck(this BatchWriter batch, AckBody ack)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + AckBody.Size);
        new FrameHeader(AckBody.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0).Write(frame);
        ack.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + AckBody.Size);
    }

    /// <summary>header | stream, 4 | additional bytes, 4</summary>
    public static void WriteCredit(this BatchWriter batch, CreditBody credit)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + CreditBody.Size);
        new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0).Write(frame);
        credit.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + CreditBody.Size);
    }

    private static void WriteHeader(this BatchWriter batch, in FrameHeader header)
    {
        header.Write(batch.GetSpan(FrameHeader.Size));
        batch.Advance(FrameHeader.Size);
    }
}
