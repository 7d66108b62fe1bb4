using System.Buffers;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Streams;

/// <summary>Puts chunks together again. One per connection, used on its receive path only, so it takes no lock.</summary>
/// <remarks>
/// Memory is bounded: at most <see cref="WireLimits.MaximumOpenStreams"/> streams, each announced with its total, which is compared with
/// <paramref name="maximumBytes"/> together with the others; buffers grow with what has really arrived, not with what was announced.
/// </remarks>
/// <param name="maximumBytes">Bytes all open streams may announce together.</param>
public sealed class StreamAssembler(long maximumBytes = WireLimits.MaximumStreamBytes)
{
    private const int InitialBufferBytes = 128 * 1024;

    // Credit is given back in steps: half of what a stream may have under way.
    private const int CreditStepBytes = WireLimits.InitialStreamCreditBytes / 2;

    private readonly Dictionary<uint, PartialMessage> _open = [];
    private long _announcedBytes;

    /// <summary>Streams that are not complete.</summary>
    public int Open => _open.Count;

    /// <summary>Takes one chunk.</summary>
    /// <param name="frame">A frame of kind chunk.</param>
    /// <param name="header">On <see cref="StreamOutcome.Complete"/>: the header the whole message would have had.</param>
    /// <param name="body">On <see cref="StreamOutcome.Complete"/>: its body.</param>
    /// <param name="credit">Credit to send back, when not null.</param>
    public StreamOutcome Add(in Frame frame, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit)
    {
        header = default;
        body = default;
        credit = null;
        Span<byte> prefixBytes = stackalloc byte[ChunkPrefix.Size];
        FrameReader.Copy(frame.Body, prefixBytes);
        ChunkPrefix prefix = ChunkPrefix.Read(prefixBytes);
        ReadOnlySequence<byte> piece = frame.Body.Slice(ChunkPrefix.Size);
        if (!TryGetStream(prefix, frame.Header.CorrelationId, out PartialMessage? stream) || stream.Received + piece.Length > (long)prefix.TotalBytes)
        {
            return StreamOutcome.Violation;
        }

        stream.Add(piece);
        bool last = (frame.Header.Flags & FrameFlags.EndOfStream) != 0;
        bool whole = stream.Received == (long)prefix.TotalBytes;
        if (last != whole)
        {
            return StreamOutcome.Violation;
        }

        if (!last)
        {
            if (stream.Uncredited >= CreditStepBytes)
            {
                credit = new CreditBody(prefix.StreamId, (uint)stream.Uncredited);
                stream.Uncredited = 0;
            }

            return StreamOutcome.Incomplete;
        }

        _open.Remove(prefix.StreamId);
        _announcedBytes -= (long)prefix.TotalBytes;
        header = new FrameHeader((uint)stream.Received, prefix.Kind, prefix.Flags, prefix.Type, frame.Header.CorrelationId);
        body = stream.Content;
        return StreamOutcome.Complete;
    }

    private bool TryGetStream(in ChunkPrefix prefix, ulong correlationId, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PartialMessage? stream)
    {
        if (_open.TryGetValue(prefix.StreamId, out stream))
        {
            return stream.Prefix == prefix && stream.CorrelationId == correlationId;
        }

        bool kindAllowed = prefix.Kind is FrameKind.Response or FrameKind.Push;
        if (!kindAllowed || _open.Count >= WireLimits.MaximumOpenStreams || prefix.TotalBytes > (ulong)(maximumBytes - _announcedBytes))
        {
            return false;
        }

        stream = new PartialMessage(prefix, correlationId);
        _open.Add(prefix.StreamId, stream);
        _announcedBytes += (long)prefix.TotalBytes;
        return true;
    }

    private sealed class PartialMessage(ChunkPrefix prefix, ulong correlationId)
    {
        private readonly ArrayBufferWriter<byte> _buffer = new((int)Math.Min((ulong)InitialBufferBytes, Math.Max(prefix.TotalBytes, 1)));

        public ChunkPrefix Prefix { get; } = prefix;

        public ulong CorrelationId { get; } = correlationId;

        public long Received => _buffer.WrittenCount;

        public long Uncredited { get; set; }

        public ReadOnlyMemory<byte> Content => _buffer.WrittenMemory;

        public void Add(in ReadOnlySequence<byte> piece)
        {
            foreach (ReadOnlyMemory<byte> part in piece)
            {
                _buffer.Write(part.Span);
            }

            Uncredited += piece.Length;
        }
    }
}

/// <summary>What a chunk did to the stream it belongs to.</summary>
public enum StreamOutcome
{
    /// <summary>The message is not complete yet.</summary>
    Incomplete,

    /// <summary>The message is complete.</summary>
    Complete,

    /// <summary>The chunk contradicts the stream or passes a bound; the connection must end.</summary>
    Violation,
}
