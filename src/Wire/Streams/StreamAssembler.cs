using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Wire.Streams;

/// <summary>Puts chunks together again. One per connection.</summary>
/// <remarks>
/// <para>
/// Threads: <see cref="Add"/> and <see cref="Reset(uint)"/> are for the connection's receive path; <see cref="TryCancel"/> may be called by any thread. A short lock keeps
/// them apart, held while a chunk is copied.
/// </para>
/// <para>
/// Memory is bounded: <paramref name="limits"/> says how many streams may be open and what they may announce together; a sender that passes either breaks the
/// protocol. Buffers grow with what has really arrived, not with what was announced.
/// </para>
/// <para>
/// Ids of a sender only grow, so an id that is not open is either new, or of a stream that has ended. Of an ended one nothing may come any more, unless it was
/// cancelled here: until the sender knows of that, its chunks are still on their way, and they are dropped. The sender learns of cancelled streams in their
/// order and has no more open than <see cref="StreamLimits.Streams"/>, so it is enough to remember so many; what is older than those is dropped too, unseen.
/// </para>
/// </remarks>
/// <param name="limits">What this side takes.</param>
public sealed class StreamAssembler(StreamLimits limits)
{
    private const int InitialBufferBytes = 128 * 1024;

    private readonly Lock _assemblerLock = new();
    private readonly Dictionary<uint, PartialMessage> _open = [];

    // Cancelled here and not known to have ended at the sender, the oldest first.
    private readonly List<uint> _cancelled = [];

    // Credit is given back in steps: half of what a stream may have under way.
    private readonly int _creditStepBytes = Math.Max(limits.CreditBytes / 2, 1);
    private long _announcedBytes;
    private uint? _newestId;
    private uint? _newestForgottenId;

    /// <summary>Streams that are not complete.</summary>
    public int Open
    {
        get
        {
            lock (_assemblerLock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Takes one chunk.</summary>
    /// <param name="frame">A frame of kind chunk.</param>
    /// <param name="header">On <see cref="StreamOutcome.Complete"/>: the header the whole message would have had. On <see cref="StreamOutcome.Dropped"/> that too,
    /// without a length.</param>
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
        bool last = (frame.Header.Flags & FrameFlags.EndOfStream) != 0;
        lock (_assemblerLock)
        {
            bool isNew = _newestId is not { } newest || IsNewer(prefix.StreamId, newest);
            if (!isNew && IsCancelledLocked(prefix.StreamId, last))
            {
                header = new FrameHeader(0, prefix.Kind, prefix.Flags, prefix.Type, frame.Header.CorrelationId);
                return last ? StreamOutcome.Dropped : StreamOutcome.Incomplete;
            }

            if (!TryGetStreamLocked(prefix, frame.Header.CorrelationId, isNew, out PartialMessage? stream) || stream.Received + piece.Length > (long)prefix.TotalBytes)
            {
                return StreamOutcome.Violation;
            }

            stream.Add(piece);
            bool whole = stream.Received == (long)prefix.TotalBytes;
            if (last != whole)
            {
                return StreamOutcome.Violation;
            }

            if (!last)
            {
                if (stream.Uncredited >= _creditStepBytes)
                {
                    credit = new CreditBody(prefix.StreamId, (uint)stream.Uncredited);
                    stream.Uncredited = 0;
                }

                return StreamOutcome.Incomplete;
            }

            RemoveLocked(stream);
            header = new FrameHeader((uint)stream.Received, prefix.Kind, prefix.Flags, prefix.Type, frame.Header.CorrelationId);
            body = stream.Content;
            return StreamOutcome.Complete;
        }
    }

    /// <summary>The sender has given a stream up: forgets what has arrived of it.</summary>
    /// <returns>False when no such stream is open here: it was cancelled, or is unknown; ignored.</returns>
    public bool Reset(uint streamId) => Reset(streamId, out _, out _);

    /// <summary>The sender has given a stream up: forgets what has arrived of it.</summary>
    /// <param name="streamId">The stream.</param>
    /// <param name="kind">What it carried.</param>
    /// <param name="correlationId">The request that it answered, or the subscription that it was for.</param>
    /// <returns>False when no such stream is open here: it was cancelled, or is unknown; ignored.</returns>
    public bool Reset(uint streamId, out FrameKind kind, out ulong correlationId)
    {
        lock (_assemblerLock)
        {
            _cancelled.Remove(streamId);
            if (!_open.TryGetValue(streamId, out PartialMessage? stream))
            {
                (kind, correlationId) = (FrameKind.None, 0);
                return false;
            }

            RemoveLocked(stream);
            (kind, correlationId) = (stream.Prefix.Kind, stream.CorrelationId);
            return true;
        }
    }

    /// <summary>Gives a message up that is arriving: forgets what has arrived of it and drops what is still to come.</summary>
    /// <param name="kind">What it carries.</param>
    /// <param name="correlationId">The request that it answers, or the subscription that it is for.</param>
    /// <param name="reset">For the sender, so that it sends no more; to be sent in the order of the calls.</param>
    /// <returns>False when no such stream is open: nothing of it has arrived, or all.</returns>
    public bool TryCancel(FrameKind kind, ulong correlationId, out StreamResetBody reset)
    {
        lock (_assemblerLock)
        {
            foreach (PartialMessage stream in _open.Values)
            {
                if (stream.Prefix.Kind == kind && stream.CorrelationId == correlationId)
                {
                    RemoveLocked(stream);
                    RememberLocked(stream.Prefix.StreamId);
                    StreamResetCode code = kind == FrameKind.Push ? StreamResetCode.Unsubscribed : StreamResetCode.Cancelled;
                    reset = new StreamResetBody(stream.Prefix.StreamId, code);
                    return true;
                }
            }
        }

        reset = default;
        return false;
    }

    /// <summary>True for a chunk of a stream that was cancelled here.</summary>
    private bool IsCancelledLocked(uint id, bool last)
    {
        int at = _cancelled.IndexOf(id);
        if (at >= 0)
        {
            if (last)
            {
                _cancelled.RemoveAt(at);
            }

            return true;
        }

        return _newestForgottenId is { } forgotten && !IsNewer(id, forgotten) && !_open.ContainsKey(id);
    }

    private void RememberLocked(uint id)
    {
        _cancelled.Add(id);
        if (_cancelled.Count > limits.Streams)
        {
            uint oldest = _cancelled[0];
            _cancelled.RemoveAt(0);
            if (_newestForgottenId is not { } forgotten || IsNewer(oldest, forgotten))
            {
                _newestForgottenId = oldest;
            }
        }
    }

    private bool TryGetStreamLocked(in ChunkPrefix prefix, ulong correlationId, bool isNew, [NotNullWhen(true)] out PartialMessage? stream)
    {
        if (_open.TryGetValue(prefix.StreamId, out stream))
        {
            return stream.Prefix == prefix && stream.CorrelationId == correlationId;
        }

        bool kindAllowed = prefix.Kind is FrameKind.Response or FrameKind.Push;
        if (!kindAllowed || !isNew || _open.Count >= limits.Streams || prefix.TotalBytes > (ulong)(limits.Bytes - _announcedBytes))
        {
            return false;
        }

        stream = new PartialMessage(prefix, correlationId);
        _newestId = prefix.StreamId;
        _cancelled.Remove(prefix.StreamId);
        _open.Add(prefix.StreamId, stream);
        _announcedBytes += (long)prefix.TotalBytes;
        return true;
    }

    private void RemoveLocked(PartialMessage stream)
    {
        _open.Remove(stream.Prefix.StreamId);
        _announcedBytes -= (long)stream.Prefix.TotalBytes;
    }

    /// <summary>Ids begin again when all are used up, so the distance counts.</summary>
    private static bool IsNewer(uint id, uint than) => (int)(id - than) > 0;

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
    /// <summary>The message is not complete yet, or was cancelled and the chunk dropped.</summary>
    Incomplete,

    /// <summary>The message is complete.</summary>
    Complete,

    /// <summary>The message was cancelled here, but its sender did not know of that in time and has sent it to its end. Nothing of it is kept; a push counts
    /// nevertheless, because the sender has counted it.</summary>
    Dropped,

    /// <summary>The chunk contradicts the stream or passes a bound; the connection must end.</summary>
    Violation,
}
