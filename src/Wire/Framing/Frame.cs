using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using FastRegistry.Wire.Outbound;
using Google.Protobuf;

namespace FastRegistry.Wire.Framing;

/// <summary>The fixed 16 bytes in front of every frame body. All integers are little-endian.</summary>
/// <remarks>
/// <code>
///  byte  0       1       2       3       4       5       6       7
///      +-------------------------------+-------+-------+-------+-------+
///      |  body length, u32             |version| kind  | flags | type  |
///      +-------------------------------+-------+-------+-------+-------+
///      |  correlation id, u64, opaque to the receiver                  |
///      +---------------------------------------------------------------+
///  byte  8       9       10      11      12      13      14      15
/// </code>
/// The length counts the body only. It is compared with <see cref="WireLimits.MaximumBodyBytes"/> before anything is buffered; a negative
/// number is a very large unsigned one and fails the same comparison.
/// </remarks>
/// <param name="BodyLength">Bytes that follow the header.</param>
/// <param name="Kind">What the frame is.</param>
/// <param name="Flags">Modifiers, see <see cref="FrameFlags"/>.</param>
/// <param name="Type">Which message the body holds; <see cref="MessageType.None"/> where the kind says it all.</param>
/// <param name="CorrelationId">Chosen by the requester and given back unchanged; for a push the subscription id; for a chunk the one of the frame that was
/// cut.</param>
public readonly record struct FrameHeader(uint BodyLength, FrameKind Kind, FrameFlags Flags, MessageType Type, ulong CorrelationId)
{
    /// <summary>Bytes of an encoded header: u32 + 4 × u8 + u64.</summary>
    public const int Size = sizeof(uint) + (4 * sizeof(byte)) + sizeof(ulong);

    /// <summary>Version in every header this build writes.</summary>
    public const byte CurrentVersion = 1;

    private const int VersionOffset = 4;

    /// <summary>Writes the header to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter than <see cref="Size"/>.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], CorrelationId);
        destination[7] = (byte)Type;
        destination[6] = (byte)Flags;
        destination[5] = (byte)Kind;
        destination[VersionOffset] = CurrentVersion;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, BodyLength);
    }

    /// <summary>Reads a header from at least <see cref="Size"/> bytes, without validating kind, flags or length.</summary>
    /// <param name="source">The encoded header.</param>
    /// <param name="version">The version byte as found.</param>
    public static FrameHeader Read(ReadOnlySpan<byte> source, out byte version)
    {
        version = source[VersionOffset];
        return new FrameHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(source),
            (FrameKind)source[5],
            (FrameFlags)source[6],
            (MessageType)source[7],
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
    }

    /// <summary>Reads a header from the start of <paramref name="source"/>, which may lie in several segments.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FrameHeader Read(in ReadOnlySequence<byte> source, out byte version)
    {
        ReadOnlySpan<byte> first = source.FirstSpan;
        return first.Length >= Size ? Read(first, out version) : ReadSegmented(source, out version);
    }

    private static FrameHeader ReadSegmented(in ReadOnlySequence<byte> source, out byte version)
    {
        Span<byte> header = stackalloc byte[Size];
        source.Slice(0, Size).CopyTo(header);
        return Read(header, out version);
    }
}

/// <summary>The kinds of frames. A kind that is not listed ends the connection unless the frame is <see cref="FrameFlags.Skippable"/>.</summary>
public enum FrameKind : byte
{
    /// <summary>Not a kind; a frame with it is refused.</summary>
    None = 0,

    /// <summary>Asks for exactly one <see cref="Response"/> with the same correlation id.</summary>
    Request = 1,

    /// <summary>Answers a request. Answers come in any order.</summary>
    Response = 2,

    /// <summary>News for a subscription, or with subscription id 0 for the connection. Body: <see cref="PushPrefix"/>, then the message.</summary>
    Push = 3,

    /// <summary>Body: <see cref="UInt64Body"/>, how many pushes of the connection were taken in. Answers a push with <see cref="FrameFlags.AckNow"/>
    /// only.</summary>
    Ack = 4,

    /// <summary>Body: <see cref="UInt64Body"/>; answered by a <see cref="Pong"/> at once.</summary>
    Ping = 5,

    /// <summary>Body: <see cref="UInt64Body"/>; answers a ping or a probe.</summary>
    Pong = 6,

    /// <summary>The requester no longer wants the answer to this correlation id, nor the rest of a stream that carries it. Empty body, no answer of its
    /// own.</summary>
    Cancel = 7,

    /// <summary>The sender is about to close, and why. A stopping node still answers what was asked before; otherwise nothing follows it.</summary>
    GoAway = 8,

    /// <summary>A piece of a response or push of the node that is too large for one frame. Body: <see cref="ChunkPrefix"/>, then the piece.</summary>
    Chunk = 9,

    /// <summary>Body: <see cref="CreditBody"/>; lets the node send more of a stream.</summary>
    Credit = 10,

    /// <summary>Body: <see cref="UInt64Body"/>; "are you there?" from a node to a silent client, answered by a <see cref="Pong"/>.</summary>
    Probe = 11,

    /// <summary>Body: <see cref="StreamResetBody"/>; ends a stream early, from either side. Never answered.</summary>
    StreamReset = 12,
}

/// <summary>Modifiers of a frame.</summary>
/// <remarks>
/// <code>
///  bit   7    6    5    4    3    2    1    0
///      +----+----+----+----+----+----+----+----+
///      | SK |  reserved    | ES | AN | ER | 0  |
///      +----+----+----+----+----+----+----+----+
/// </code>
/// Reserved bits are sent as zero and ignored by the receiver.
/// </remarks>
[Flags]
public enum FrameFlags : byte
{
    /// <summary>A plain frame.</summary>
    None = 0,

    /// <summary>ER, responses only: the body is an <c>ErrorReply</c>.</summary>
    Error = 0x02,

    /// <summary>AN, pushes only: acknowledge it, and with it all before it, once it is taken in. Other pushes are not acknowledged.</summary>
    AckNow = 0x04,

    /// <summary>ES, chunks only: the last piece of its stream.</summary>
    EndOfStream = 0x08,

    /// <summary>SK: a receiver that does not know the kind skips the frame instead of closing.</summary>
    Skippable = 0x80,
}

/// <summary>One whole frame inside a receive buffer; valid only until that buffer is consumed.</summary>
/// <param name="header">The header.</param>
/// <param name="body">The body.</param>
public readonly ref struct Frame(FrameHeader header, ReadOnlySequence<byte> body)
{
    /// <summary>The header as received.</summary>
    public FrameHeader Header { get; } = header;

    /// <summary>The body.</summary>
    public ReadOnlySequence<byte> Body { get; } = body;
}

/// <summary>Cuts frames out of a receive buffer. Stateless: a frame that is not complete is looked at again from its first byte, which is cheap
/// because everything needed is in the header.</summary>
public static class FrameReader
{
    /// <summary>Takes the next frame off the front of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">What has been received; advanced past the frame on <see cref="FrameReadStatus.Frame"/>, else unchanged.</param>
    /// <param name="maximumBodyBytes">Largest body taken, compared before any byte of the body is waited for.</param>
    /// <param name="frame">The frame on <see cref="FrameReadStatus.Frame"/>.</param>
    /// <param name="refusal">Why, on <see cref="FrameReadStatus.Refused"/>.</param>
    public static FrameReadStatus TryRead(
        scoped ref ReadOnlySequence<byte> buffer, int maximumBodyBytes, out Frame frame, out GoAwayReason refusal)
    {
        frame = default;
        refusal = GoAwayReason.None;
        if (buffer.Length < FrameHeader.Size)
        {
            return FrameReadStatus.Incomplete;
        }

        FrameHeader header = FrameHeader.Read(buffer, out byte version);
        refusal = Validate(header, version, maximumBodyBytes);
        if (refusal != GoAwayReason.None)
        {
            return FrameReadStatus.Refused;
        }

        long frameBytes = FrameHeader.Size + (long)header.BodyLength;
        if (buffer.Length < frameBytes)
        {
            return FrameReadStatus.Incomplete;
        }

        frame = new Frame(header, buffer.Slice(FrameHeader.Size, header.BodyLength));
        buffer = buffer.Slice(frameBytes);
        return FrameReadStatus.Frame;
    }

    /// <summary>Copies a short body of fixed size out of a sequence.</summary>
    /// <param name="body">The body; at least as long as <paramref name="destination"/>.</param>
    /// <param name="destination">Where its first bytes go.</param>
    public static void Copy(in ReadOnlySequence<byte> body, Span<byte> destination) => body.Slice(0, destination.Length).CopyTo(destination);

    private static GoAwayReason Validate(in FrameHeader header, byte version, int maximumBodyBytes)
    {
        if (version != FrameHeader.CurrentVersion)
        {
            return GoAwayReason.UnsupportedVersion;
        }

        if (header.BodyLength > (uint)maximumBodyBytes)
        {
            return GoAwayReason.FrameTooLarge;
        }

        bool known = header.Kind is not FrameKind.None and <= FrameKind.StreamReset;
        bool skippable = header.Kind != FrameKind.None && (header.Flags & FrameFlags.Skippable) != 0;
        if (!known && !skippable)
        {
            return GoAwayReason.UnknownKind;
        }

        bool fits = header.Kind switch
        {
            FrameKind.Ping or FrameKind.Pong or FrameKind.Probe or FrameKind.Ack => header.BodyLength == UInt64Body.Size,
            FrameKind.Credit => header.BodyLength == CreditBody.Size,
            FrameKind.StreamReset => header.BodyLength == StreamResetBody.Size,
            FrameKind.Cancel => header.BodyLength == 0,
            FrameKind.Push => header.BodyLength >= PushPrefix.Size,
            FrameKind.Chunk => header.BodyLength >= ChunkPrefix.Size,
            _ => true,
        };
        return fits ? GoAwayReason.None : GoAwayReason.MalformedFrame;
    }
}

/// <summary>The result of <see cref="FrameReader.TryRead"/>.</summary>
public enum FrameReadStatus
{
    /// <summary>A whole frame; the buffer was advanced past it.</summary>
    Frame,

    /// <summary>A frame that is not complete yet; nothing was consumed.</summary>
    Incomplete,

    /// <summary>A header that ends the connection; nothing after it may be parsed.</summary>
    Refused,
}

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
    public static void WritePong(this BatchWriter batch, UInt64Body pong)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + UInt64Body.Size);
        new FrameHeader(UInt64Body.Size, FrameKind.Pong, FrameFlags.None, MessageType.None, 0).Write(frame);
        pong.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + UInt64Body.Size);
    }

    /// <summary>header | pushes taken in, 8</summary>
    public static void WriteAck(this BatchWriter batch, UInt64Body ack)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + UInt64Body.Size);
        new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0).Write(frame);
        ack.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + UInt64Body.Size);
    }

    /// <summary>header | stream, 4 | code, 4</summary>
    public static void WriteStreamReset(this BatchWriter batch, StreamResetBody reset)
    {
        Span<byte> frame = batch.GetSpan(FrameHeader.Size + StreamResetBody.Size);
        new FrameHeader(StreamResetBody.Size, FrameKind.StreamReset, FrameFlags.None, MessageType.None, 0).Write(frame);
        reset.Write(frame[FrameHeader.Size..]);
        batch.Advance(FrameHeader.Size + StreamResetBody.Size);
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

/// <summary>Body of an ack, a ping, a pong or a probe: one u64.</summary>
/// <param name="Value">
/// Of an ack, how many pushes of the connection were taken in. Of a ping or a probe, anything: the pong gives it back. Of a pong, the token of the ping or
/// probe that it answers.
/// </param>
public readonly record struct UInt64Body(ulong Value)
{
    /// <summary>Bytes of the encoded body.</summary>
    public const int Size = sizeof(ulong);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64LittleEndian(destination, Value);

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static UInt64Body Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64LittleEndian(source));

    /// <summary>Reads the body from the start of <paramref name="source"/>, which may lie in several segments.</summary>
    public static UInt64Body Read(in ReadOnlySequence<byte> source)
    {
        if (source.FirstSpan.Length >= Size)
        {
            return Read(source.FirstSpan);
        }

        Span<byte> bytes = stackalloc byte[Size];
        FrameReader.Copy(source, bytes);
        return Read(bytes);
    }
}

/// <summary>Body of a credit frame: stream u32, additional bytes u32.</summary>
/// <param name="StreamId">The stream that may go on. An unknown one (it may have just ended) is ignored.</param>
/// <param name="AdditionalBytes">Bytes that may be sent on top of what was allowed before.</param>
public readonly record struct CreditBody(uint StreamId, uint AdditionalBytes)
{
    /// <summary>Bytes of the encoded body.</summary>
    public const int Size = 2 * sizeof(uint);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], AdditionalBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, StreamId);
    }

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static CreditBody Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));

    /// <summary>Reads the body from the start of <paramref name="source"/>, which may lie in several segments.</summary>
    public static CreditBody Read(in ReadOnlySequence<byte> source)
    {
        Span<byte> bytes = stackalloc byte[Size];
        FrameReader.Copy(source, bytes);
        return Read(bytes);
    }
}

/// <summary>Body of a stream reset: stream u32, code u32.</summary>
/// <param name="StreamId">The stream that ends. An unknown one (it may have just ended) is ignored.</param>
/// <param name="Code">Why, for people and counters; an unknown number means <see cref="StreamResetCode.Cancelled"/>.</param>
public readonly record struct StreamResetBody(uint StreamId, StreamResetCode Code)
{
    /// <summary>Bytes of the encoded body.</summary>
    public const int Size = 2 * sizeof(uint);

    /// <summary>Writes the body to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)Code);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, StreamId);
    }

    /// <summary>Reads a body of exactly <see cref="Size"/> bytes.</summary>
    public static StreamResetBody Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(source), (StreamResetCode)BinaryPrimitives.ReadUInt32LittleEndian(source[4..]));

    /// <summary>Reads the body from the start of <paramref name="source"/>, which may lie in several segments.</summary>
    public static StreamResetBody Read(in ReadOnlySequence<byte> source)
    {
        Span<byte> bytes = stackalloc byte[Size];
        FrameReader.Copy(source, bytes);
        return Read(bytes);
    }
}

/// <summary>Why a stream was reset. The numbers are part of the protocol.</summary>
public enum StreamResetCode : uint
{
    /// <summary>The message is no longer wanted: its request was cancelled or has timed out.</summary>
    Cancelled = 0,

    /// <summary>The subscription that it was for is gone.</summary>
    Unsubscribed = 1,

    /// <summary>The sender cannot go on with it.</summary>
    Internal = 2,
}

/// <summary>First bytes of a push body. They differ per push, what follows them is shared by all receivers.</summary>
/// <remarks>
/// <code>
///  byte  0                              8
///      +------------------------------+------------
///      | changed at, i64 Unix µs      | message ...
///      +------------------------------+------------
/// </code>
/// A push has no number on the wire: both sides count the pushes of a connection from 1, in the order in which they are complete. One that travels as a stream
/// counts with its last chunk.
/// </remarks>
/// <param name="ChangedAtMicroseconds">Time of the change the push reports, Unix microseconds by the node's clock; 0 = unknown.</param>
public readonly record struct PushPrefix(long ChangedAtMicroseconds)
{
    /// <summary>Bytes of the encoded prefix.</summary>
    public const int Size = sizeof(long);

    /// <summary>Writes the prefix to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteInt64LittleEndian(destination, ChangedAtMicroseconds);

    /// <summary>Reads a prefix from at least <see cref="Size"/> bytes.</summary>
    public static PushPrefix Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadInt64LittleEndian(source));
}

/// <summary>First bytes of a chunk body: which stream it belongs to and what the whole will be.</summary>
/// <remarks>
/// <code>
///  byte  0               4       5       6       7       8
///      +---------------+-------+-------+-------+-------+-----------------+----------
///      | stream, u32   | kind  | flags | type  |   0   | total, u64      | piece ...
///      +---------------+-------+-------+-------+-------+-----------------+----------
/// </code>
/// Kind, flags, type and total describe the frame that was cut and are the same in every chunk of a stream; its correlation id is the one in the
/// chunk's own header. The pieces in order are its body; that of a push begins with the <see cref="PushPrefix"/>.
/// </remarks>
/// <param name="StreamId">Unique among the open streams of one connection.</param>
/// <param name="Kind">Kind of the frame that was cut: a response or a push.</param>
/// <param name="Flags">Flags of the frame that was cut.</param>
/// <param name="Type">Message type of the frame that was cut.</param>
/// <param name="TotalBytes">Length of its whole body.</param>
public readonly record struct ChunkPrefix(uint StreamId, FrameKind Kind, FrameFlags Flags, MessageType Type, ulong TotalBytes)
{
    /// <summary>Bytes of the encoded prefix.</summary>
    public const int Size = 16;

    /// <summary>Writes the prefix to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], TotalBytes);
        destination[7] = 0;
        destination[6] = (byte)Type;
        destination[5] = (byte)Flags;
        destination[4] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, StreamId);
    }

    /// <summary>Reads a prefix from at least <see cref="Size"/> bytes.</summary>
    public static ChunkPrefix Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(source),
        (FrameKind)source[4],
        (FrameFlags)source[5],
        (MessageType)source[6],
        BinaryPrimitives.ReadUInt64LittleEndian(source[8..]));
}
