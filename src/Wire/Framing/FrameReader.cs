using System.Buffers;
using System.Buffers.Binary;

namespace FastRegistry.Wire.Framing;

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
        refusal = Judge(header, version, maximumBodyBytes);
        if (refusal != GoAwayReason.None)
        {
            return FrameReadStatus.Refused;
        }

        long frameBytes = FrameHeader.Size + (long)header.BodyLength;
        if (buffer.Length < frameBytes)
        {
            return FrameReadStatus.Incomplete;
        }

        ReadOnlySequence<byte> body = buffer.Slice(FrameHeader.Size, header.BodyLength);
        ulong acknowledged = 0;
        if ((header.Flags & FrameFlags.CarriesAck) != 0)
        {
            acknowledged = ReadUInt64(body);
            body = body.Slice(AckBody.Size);
        }

        frame = new Frame(header, body, acknowledged);
        buffer = buffer.Slice(frameBytes);
        return FrameReadStatus.Frame;
    }

    /// <summary>Copies a short body of fixed size out of a sequence.</summary>
    /// <param name="body">The body; at least as long as <paramref name="destination"/>.</param>
    /// <param name="destination">Where its first bytes go.</param>
    public static void Copy(in ReadOnlySequence<byte> body, Span<byte> destination) => body.Slice(0, destination.Length).CopyTo(destination);

    private static ulong ReadUInt64(in ReadOnlySequence<byte> body)
    {
        if (body.FirstSpan.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64LittleEndian(body.FirstSpan);
        }

        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        Copy(body, bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private static GoAwayReason Judge(in FrameHeader header, byte version, int maximumBodyBytes)
    {
        if (version != FrameHeader.CurrentVersion)
        {
            return GoAwayReason.UnsupportedVersion;
        }

        if (header.BodyLength > (uint)maximumBodyBytes)
        {
            return GoAwayReason.FrameTooLarge;
        }

        bool known = header.Kind is not FrameKind.None and <= FrameKind.Probe;
        bool skippable = header.Kind != FrameKind.None && (header.Flags & FrameFlags.Skippable) != 0;
        if (!known && !skippable)
        {
            return GoAwayReason.UnknownKind;
        }

        // The ack is taken off frames of any kind, so that an unknown one must have room for it too.
        int prefixBytes = (header.Flags & FrameFlags.CarriesAck) != 0 ? AckBody.Size : 0;
        long bodyBytes = (long)header.BodyLength - prefixBytes;
        bool fits = header.Kind switch
        {
            FrameKind.Ping => bodyBytes == PingBody.Size,
            FrameKind.Pong => bodyBytes == PongBody.Size,
            FrameKind.Probe => bodyBytes == ProbeBody.Size,
            FrameKind.Ack => bodyBytes == AckBody.Size,
            FrameKind.Credit => bodyBytes == CreditBody.Size,
            FrameKind.Cancel => bodyBytes == 0,
            FrameKind.Push => bodyBytes >= PushPrefix.Size,
            FrameKind.Chunk => bodyBytes >= ChunkPrefix.Size,
            _ => bodyBytes >= 0,
        };
        return fits ? GoAwayReason.None : GoAwayReason.MalformedFrame;
    }
}
