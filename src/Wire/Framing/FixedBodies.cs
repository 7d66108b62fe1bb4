using System.Buffers;

namespace FastRegistry.Wire.Framing;

/// <summary>Reads the bodies of fixed shape out of received frames. The framing has checked their length before.</summary>
public static class FixedBodies
{
    /// <summary>Body of a ping.</summary>
    public static PingBody Ping(in ReadOnlySequence<byte> body)
    {
        if (body.FirstSpan.Length >= PingBody.Size)
        {
            return PingBody.Read(body.FirstSpan);
        }

        Span<byte> bytes = stackalloc byte[PingBody.Size];
        FrameReader.Copy(body, bytes);
        return PingBody.Read(bytes);
    }

    /// <summary>Body of a probe.</summary>
    public static ProbeBody Probe(in ReadOnlySequence<byte> body)
    {
        Span<byte> bytes = stackalloc byte[ProbeBody.Size];
        FrameReader.Copy(body, bytes);
        return ProbeBody.Read(bytes);
    }

    /// <summary>Body of an ack.</summary>
    public static AckBody Ack(in ReadOnlySequence<byte> body)
    {
        Span<byte> bytes = stackalloc byte[AckBody.Size];
        FrameReader.Copy(body, bytes);
        return AckBody.Read(bytes);
    }

    /// <summary>Body of a credit frame.</summary>
    public static CreditBody Credit(in ReadOnlySequence<byte> body)
    {
        Span<byte> bytes = stackalloc byte[CreditBody.Size];
        FrameReader.Copy(body, bytes);
        return CreditBody.Read(bytes);
    }
}
