using System.Diagnostics.CodeAnalysis;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Streams;

/// <summary>Sends the large messages of one connection as chunks, so that other frames pass between the pieces.</summary>
/// <remarks>
/// <para>
/// Owner and lifetime: made by a session when it first has something large to send. The session calls <see cref="Close"/> from its
/// <see cref="IConnectionHandler.OnClosed"/>: from then on nothing is held, and what is begun later ends at once.
/// </para>
/// <para>
/// Threads: every method may be called by any thread, and by a callback of a stream. One thread at a time pumps, so chunks and resets stay in order; others that call
/// <see cref="Pump"/> meanwhile make it look once more. The lock is short and never held over an append, a callback or a change that takes bytes off the budget.
/// </para>
/// <para>
/// Bounds: <see cref="StreamLimits.Streams"/>, and <see cref="StreamLimits.Bytes"/> for the announced totals together; what does not fit is refused and waits with
/// the caller. A piece goes out only while the output is not above its high-water mark and the stream has credit. The body of an open stream counts in the output
/// budget, once however many connections send it.
/// </para>
/// <para>
/// Ids: a stream gets its id with its first piece, so that ids on the wire only grow and a receiver tells an old stream from a new one.
/// </para>
/// </remarks>
/// <param name="connection">Where the pieces go.</param>
/// <param name="limits">What the receiver takes.</param>
public sealed class OutboundStreams(Connection connection, StreamLimits limits)
{
    private readonly Lock _streamLock = new();
    private readonly List<OpenStream> _open = [];

    // Of streams that were given up; the pumping thread writes them before any other piece. At most one per stream of which something was sent since it last did.
    private readonly List<StreamResetBody> _resets = [];
    private long _announcedBytes;
    private long _sentBytes;
    private uint _lastId;
    private int _next;
    private bool _pumping;
    private bool _pumpAgain;
    private bool _closed;

    /// <summary>Streams that have not been sent to their end.</summary>
    public int Open
    {
        get
        {
            lock (_streamLock)
            {
                return _open.Count;
            }
        }
    }

    /// <summary>Bytes of all streams put into the chain so far; standing still while streams are open means that the other side gives no credit.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Whether a message could be sent if no other stream were open; if not, it never can.</summary>
    /// <param name="totalBytes">Its whole body, with the prefix of a push.</param>
    public bool Fits(long totalBytes) => totalBytes <= limits.Bytes;

    /// <summary>Begins to send a message as a stream.</summary>
    /// <param name="header">Header of the message as one frame would have it; its length is ignored.</param>
    /// <param name="prefix">First bytes of its body, copied.</param>
    /// <param name="body">The rest; linked by reference.</param>
    /// <param name="onEnded">
    /// Called once, outside the lock, when the stream is open no more; may be null, must not block or throw. Its argument is the number of the push on this
    /// connection, taken as its last piece was appended; 0 for a response, and for a stream that ended before: reset by either side, or the connection closed. It may
    /// be called before this method returns.
    /// </param>
    /// <returns>False: it does not fit beside the streams that are open; ask again when one has ended. On a connection that is closing, true: it has ended.</returns>
    public bool TryBegin(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body, Action<ulong>? onEnded)
    {
        long total = (long)prefix.Length + body.Length;
        bool closed;
        lock (_streamLock)
        {
            closed = IsClosedLocked;
            if (!closed)
            {
                if (_open.Count >= limits.Streams || total > limits.Bytes - _announcedBytes)
                {
                    return false;
                }

                _open.Add(new OpenStream(header, prefix.ToArray(), body, onEnded) { Credit = limits.CreditBytes });
                _announcedBytes += total;
                connection.Resources.SharedBodies.Add(body);
            }
        }

        if (closed)
        {
            onEnded?.Invoke(0);
        }
        else
        {
            Pump();
        }

        return true;
    }

    /// <summary>Takes credit from the other side. An unknown stream has just ended; it is ignored.</summary>
    public void AddCredit(CreditBody credit)
    {
        lock (_streamLock)
        {
            if (FindLocked(credit.StreamId) is { } stream)
            {
                stream.Credit = Math.Min(stream.Credit + credit.AdditionalBytes, Math.Max(limits.Bytes, limits.CreditBytes));
            }
        }

        Pump();
    }

    /// <summary>The receiver wants no more of a stream: it ends here. Pieces that are in the chain already still go out. An unknown stream has just ended; it is
    /// ignored.</summary>
    public void Reset(StreamResetBody reset)
    {
        OpenStream? stream;
        lock (_streamLock)
        {
            stream = FindLocked(reset.StreamId);
            if (stream is not null)
            {
                RemoveLocked(stream);
            }
        }

        if (stream is not null)
        {
            End(stream, 0);
        }
    }

    /// <summary>Gives a message up that is being sent: the stream ends here, and a reset goes out behind its pieces if there are any.</summary>
    /// <param name="kind">What it carries.</param>
    /// <param name="correlationId">The request that it answers, or the subscription that it is for.</param>
    /// <param name="code">Why.</param>
    /// <returns>False when no such stream is open.</returns>
    public bool Cancel(FrameKind kind, ulong correlationId, StreamResetCode code)
    {
        OpenStream? stream;
        lock (_streamLock)
        {
            stream = FindLocked(kind, correlationId);
            if (stream is null)
            {
                return false;
            }

            RemoveLocked(stream);
            if (stream.Id != 0)
            {
                // Not appended here: the pumping thread may hold pieces of it that are not in the chain yet.
                _resets.Add(new StreamResetBody(stream.Id, code));
            }
        }

        Pump();
        End(stream, 0);
        return true;
    }

    /// <summary>The connection has closed: ends every stream and gives back what they hold. The session calls it from
    /// <see cref="IConnectionHandler.OnClosed"/>; again, it does nothing.</summary>
    public void Close()
    {
        OpenStream[] ended;
        lock (_streamLock)
        {
            _closed = true;
            ended = [.. _open];
            _open.Clear();
            _resets.Clear();
            _announcedBytes = 0;
        }

        // First of all, whatever the callbacks do.
        foreach (OpenStream stream in ended)
        {
            connection.Resources.SharedBodies.Remove(stream.Body);
        }

        foreach (OpenStream stream in ended)
        {
            stream.OnEnded?.Invoke(0);
        }
    }

    /// <summary>Sends pieces, one per stream in turn, until the output is above its high-water mark or no stream may go on. Called here when something has begun or
    /// credit has come, and by the session when the output has drained.</summary>
    public void Pump()
    {
        lock (_streamLock)
        {
            // Only one thread pumps at a time, so chunks stay in order. Other callers set _pumpAgain.
            _pumpAgain = true;
            if (_pumping)
            {
                return;
            }

            _pumping = true;
        }

        BatchWriter batch = connection.RentBatch();
        while (TryCollect(batch, out OpenStream? ended))
        {
            ulong sequence = 0;
            if (ended is { Kind: FrameKind.Push })
            {
                sequence = connection.SendBatchEndingPush(batch);
            }
            else
            {
                connection.SendBatch(batch);
            }

            if (ended is not null)
            {
                End(ended, sequence);
            }
        }

        connection.ReturnBatch(batch);
        if (connection.CloseReason is not null)
        {
            Close();
        }
    }

    private bool IsClosedLocked => _closed || connection.CloseReason is not null;

    /// <summary>What remains to be done for a stream that is not open any more.</summary>
    private void End(OpenStream stream, ulong sequence)
    {
        connection.Resources.SharedBodies.Remove(stream.Body);
        stream.OnEnded?.Invoke(sequence);
    }

    /// <summary>Moves the next pieces into the batch; false, and no longer the pumping thread, when there is nothing to send now.</summary>
    /// <param name="batch">Empty.</param>
    /// <param name="ended">The stream that the last piece ends; null = none.</param>
    private bool TryCollect(BatchWriter batch, out OpenStream? ended)
    {
        ended = null;
        lock (_streamLock)
        {
            foreach (StreamResetBody reset in _resets)
            {
                batch.WriteStreamReset(reset);
            }

            _resets.Clear();
            long room = connection.Outbound.HighWaterMarkBytes - connection.Outbound.QueuedBytes;
            // A queue of exactly the mark is not above it, so no drain would call this again: one piece more takes the queue over the mark.
            while (!IsClosedLocked && !connection.Outbound.IsAboveHighWaterMark && batch.Bytes <= room && ended is null && TryChooseLocked(out OpenStream? stream))
            {
                WritePieceLocked(batch, stream);
                if (stream.Remaining == 0)
                {
                    RemoveLocked(stream);
                    ended = stream;
                }
            }

            if (batch.Bytes > 0)
            {
                return true;
            }

            // Credit, a reset or drained output may have come while the last batch was being sent.
            bool again = _pumpAgain;
            _pumpAgain = false;
            _pumping = again;
            return again;
        }
    }

    private bool TryChooseLocked([NotNullWhen(true)] out OpenStream? stream)
    {
        for (int i = 0; i < _open.Count; i++)
        {
            _next = (_next + 1) % _open.Count;
            stream = _open[_next];
            if (stream.Credit > 0)
            {
                return true;
            }
        }

        stream = null;
        return false;
    }

    private void WritePieceLocked(BatchWriter batch, OpenStream stream)
    {
        if (stream.Id == 0)
        {
            // 0 stands for a stream without an id; the numbers begin again after four thousand million streams.
            _lastId = _lastId == uint.MaxValue ? 1 : _lastId + 1;
            stream.Id = _lastId;
        }

        int length = (int)Math.Min(Math.Min(WireLimits.MaximumChunkBytes, stream.Remaining), stream.Credit);
        stream.TakePiece(length, out ReadOnlySpan<byte> ofPrefix, out ReadOnlyMemory<byte> ofBody);
        Volatile.Write(ref _sentBytes, _sentBytes + length);

        FrameFlags flags = stream.Remaining == 0 ? FrameFlags.EndOfStream : FrameFlags.None;
        int copiedBytes = FrameHeader.Size + ChunkPrefix.Size + ofPrefix.Length;
        Span<byte> copied = batch.GetSpan(copiedBytes);
        new FrameHeader((uint)(ChunkPrefix.Size + length), FrameKind.Chunk, flags, MessageType.None, stream.CorrelationId).Write(copied);
        stream.ChunkPrefix.Write(copied[FrameHeader.Size..]);
        ofPrefix.CopyTo(copied[(FrameHeader.Size + ChunkPrefix.Size)..]);
        batch.Advance(copiedBytes);
        batch.AppendShared(ofBody);
    }

    private void RemoveLocked(OpenStream stream)
    {
        _open.Remove(stream);
        _announcedBytes -= stream.TotalBytes;
    }

    private OpenStream? FindLocked(uint id)
    {
        foreach (OpenStream stream in _open)
        {
            if (stream.Id == id && id != 0)
            {
                return stream;
            }
        }

        return null;
    }

    private OpenStream? FindLocked(FrameKind kind, ulong correlationId)
    {
        foreach (OpenStream stream in _open)
        {
            if (stream.Kind == kind && stream.CorrelationId == correlationId)
            {
                return stream;
            }
        }

        return null;
    }

    private sealed class OpenStream(in FrameHeader header, byte[] messagePrefix, ReadOnlyMemory<byte> body, Action<ulong>? onEnded)
    {
        private readonly FrameHeader _header = header;
        private long _sent;

        /// <summary>0 until its first piece.</summary>
        public uint Id { get; set; }

        public FrameKind Kind => _header.Kind;

        public ulong CorrelationId => _header.CorrelationId;

        public ChunkPrefix ChunkPrefix => new(Id, _header.Kind, _header.Flags, _header.Type, (ulong)TotalBytes);

        public ReadOnlyMemory<byte> Body { get; } = body;

        public Action<ulong>? OnEnded { get; } = onEnded;

        public long Credit { get; set; }

        public long TotalBytes { get; } = (long)messagePrefix.Length + body.Length;

        public long Remaining => TotalBytes - _sent;

        /// <summary>The next bytes, which lie in the prefix, in the body or in both.</summary>
        public void TakePiece(int length, out ReadOnlySpan<byte> ofPrefix, out ReadOnlyMemory<byte> ofBody)
        {
            int prefixSent = (int)Math.Min(_sent, messagePrefix.Length);
            int bodySent = (int)(_sent - prefixSent);
            ofPrefix = messagePrefix.AsSpan(prefixSent, Math.Min(length, messagePrefix.Length - prefixSent));
            ofBody = Body.Slice(bodySent, length - ofPrefix.Length);
            _sent += length;
            Credit -= length;
        }
    }
}

/// <summary>What one side takes of streams; the other side keeps to it. Both ends count alike, so what the sender begins never is too much for the receiver.</summary>
/// <param name="Streams">Streams open at a time.</param>
/// <param name="Bytes">Announced totals of all open streams together.</param>
/// <param name="CreditBytes">What may be sent of a stream before its first credit; more comes back in steps of half of that.</param>
public readonly record struct StreamLimits(int Streams, long Bytes, int CreditBytes)
{
    /// <summary>The limits of a side that announces none, and the largest.</summary>
    public static StreamLimits Default { get; } = new(WireLimits.MaximumOpenStreams, WireLimits.MaximumStreamBytes, WireLimits.InitialStreamCreditBytes);

    /// <summary>The limits that a side announced: 0 = the default, and never more than that.</summary>
    public static StreamLimits From(Limits? message) => message is null
        ? Default
        : new StreamLimits(
            (int)Choose(message.Streams, WireLimits.MaximumOpenStreams),
            (long)Choose(message.StreamBytes, WireLimits.MaximumStreamBytes),
            (int)Choose(message.StreamCreditBytes, WireLimits.InitialStreamCreditBytes));

    private static ulong Choose(ulong announced, int most) => announced == 0 ? (ulong)most : Math.Min(announced, (ulong)most);
}
