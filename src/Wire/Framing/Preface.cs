using System.Buffers;

namespace FastRegistry.Wire.Framing;

/// <summary>The first 8 bytes of a connection, sent by the side that connects.</summary>
/// <remarks>
/// <code>
///  byte  0     1     2     3     4         5     6     7
///      +-----+-----+-----+-----+---------+-----+-----+-----+
///      | 'F' | 'R' | 'E' | 'G' | version |  0  |  0  |  0  |
///      +-----+-----+-----+-----+---------+-----+-----+-----+
/// </code>
/// <c>version</c> is the protocol version of every frame on this connection, both ways. A side that does not speak it answers with a goaway,
/// and the client may try again with a lower one. The last three bytes are reserved: sent as zero, ignored. Wrong bytes are noticed as soon as
/// they arrive, not after eight of them.
/// </remarks>
public static class Preface
{
    /// <summary>Bytes of the preface.</summary>
    public const int Size = 8;

    private static ReadOnlySpan<byte> Magic => "FREG"u8;

    /// <summary>Writes this build's preface to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public static void Write(Span<byte> destination)
    {
        destination[..Size].Clear();
        Magic.CopyTo(destination);
        destination[4] = FrameHeader.CurrentVersion;
    }

    /// <summary>Checks what has arrived so far.</summary>
    /// <param name="received">All bytes since the connection opened.</param>
    public static PrefaceStatus Check(in ReadOnlySequence<byte> received)
    {
        Span<byte> preface = stackalloc byte[Size];
        int length = (int)Math.Min(received.Length, Size);
        preface = preface[..length];
        received.Slice(0, length).CopyTo(preface);

        int magicLength = Math.Min(length, Magic.Length);
        if (!preface[..magicLength].SequenceEqual(Magic[..magicLength]))
        {
            return PrefaceStatus.NotOurs;
        }

        if (length < Size)
        {
            return PrefaceStatus.Incomplete;
        }

        return preface[4] == FrameHeader.CurrentVersion ? PrefaceStatus.Accepted : PrefaceStatus.UnsupportedVersion;
    }
}

/// <summary>The result of <see cref="Preface.Check"/>.</summary>
public enum PrefaceStatus
{
    /// <summary>Correct so far; more bytes are needed.</summary>
    Incomplete,

    /// <summary>A whole preface with a version this build speaks.</summary>
    Accepted,

    /// <summary>The bytes belong to another protocol.</summary>
    NotOurs,

    /// <summary>This protocol, in a version that this build does not speak.</summary>
    UnsupportedVersion,
}
