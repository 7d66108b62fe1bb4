using System.Diagnostics.CodeAnalysis;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Streams;

/// <summary>Sends the large messages of one connection as chunks, so that other frames pass between the pieces.</summary>
/// <remarks>
/// Thread-safe, under a short lock. A piece goes out only while the output is not above its high-water mark and the stream has credit; <see cref="Pump"/> is called
/// when a stream begins, when credit arrives and when the output has drained. Made by a session when it first has something large to send.
/// </remarks>
/// <param name="connection">Where the pieces go.</param>
public sealed class OutboundStreams(Connection connection)
{
    private readonly Lock _streamLock = new();
    private readonly List<OpenStream> _open = [];
    private uint _lastId;
    private long _sentBytes;
    private int _next;
    private bool _pumping;
    private bool _pumpAgain;

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

    /// <summary>Begins to send a message as a stream.</summary>
    /// <param name="header">Header of the message as one frame would have it; its length is ignored.</param>
    /// <param name="prefix">First bytes of its body, copied.</param>
    /// <param name="body">The rest; linked by reference.</param>
    /// <param name="onSent">Called outside the lock when the last piece is in the chain; may be null. Must not block.</param>
    /// <returns>False when <see cref="WireLimits.MaximumOpenStreams"/> are open already or the message is too large.</returns>
    public bool TryBegin(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body, Action? onSent = null)
    {
        long total = (long)prefix.Length + body.Length;
        lock (_streamLock)
        {
            if (_open.Count >= WireLimits.MaximumOpenStreams || total > WireLimits.MaximumStreamBytes)
            {
                return false;
            }

            ChunkPrefix chunk = new(++_lastId, header.Kind, header.Flags, header.Type, (ulong)total);
            _open.Add(new OpenStream(chunk, header.CorrelationId, prefix.ToArray(), body, onSent));
        }

        Pump();
        return true;
    }

    /// <summary>Takes credit from the other side. An unknown stream has just ended; it is ignored.</summary>
    public void AddCredit(CreditBody credit)
    {
        lock (_streamLock)
        {
            foreach (OpenStream stream in _open)
            {
                if (stream.Prefix.StreamId == credit.StreamId)
                {
                    stream.Credit = Math.Min(stream.Credit + credit.AdditionalBytes, WireLimits.MaximumStreamBytes);
                }
            }
        }

        Pump();
    }

    /// <summary>Sends pieces, one per stream in turn, until the output is above its high-water mark or no stream may go on.</summary>
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
        while (TryCollect(batch, out Action? onSent))
        {
            connection.SendBatch(batch);
            onSent?.Invoke();
        }

        connection.ReturnBatch(batch);
    }

    /// <summary>Moves the next pieces into the batch; false, and no longer the pumping thread, when there is nothing to send now.</summary>
    private bool TryCollect(BatchWriter batch, out Action? onSent)
    {
        onSent = null;
        lock (_streamLock)
        {
            if (connection.CloseReason is not null)
            {
                _open.Clear();
            }

            long room = connection.Outbound.HighWaterMarkBytes - connection.Outbound.QueuedBytes;
            // A queue of exactly the mark is not above it, so no drain would call this again: one piece more takes the queue over the mark.
            while (!connection.Outbound.IsAboveHighWaterMark && batch.Bytes <= room && onSent is null && TryChooseLocked(out OpenStream? stream))
            {
                WritePiece(batch, stream);
                if (stream.Remaining == 0)
                {
                    _open.Remove(stream);
                    onSent = stream.OnSent;
                }
            }

            if (batch.Bytes > 0)
            {
                return true;
            }

            // Credit or drained output may have come while the last batch was being sent.
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

    private void WritePiece(BatchWriter batch, OpenStream stream)
    {
        // The message's own prefix is a few bytes and travels in the first piece.
        byte[] messagePrefix = stream.MessagePrefix;
        stream.MessagePrefix = [];
        long allowed = Math.Max(stream.Credit - messagePrefix.Length, 0);
        int room = Math.Max(WireLimits.MaximumChunkBytes - messagePrefix.Length, 0);
        int length = (int)Math.Min(Math.Min(room, stream.Remaining), allowed);
        ReadOnlyMemory<byte> piece = stream.Body.Slice(stream.Sent, length);
        stream.Sent += length;
        stream.Credit -= messagePrefix.Length + length;
        Volatile.Write(ref _sentBytes, _sentBytes + length);

        FrameFlags flags = stream.Remaining == 0 ? FrameFlags.EndOfStream : FrameFlags.None;
        int bodyBytes = ChunkPrefix.Size + messagePrefix.Length + length;
        int copiedBytes = FrameHeader.Size + ChunkPrefix.Size + messagePrefix.Length;
        Span<byte> copied = batch.GetSpan(copiedBytes);
        new FrameHeader((uint)bodyBytes, FrameKind.Chunk, flags, MessageType.None, stream.CorrelationId).Write(copied);
        stream.Prefix.Write(copied[FrameHeader.Size..]);
        messagePrefix.CopyTo(copied[(FrameHeader.Size + ChunkPrefix.Size)..]);
        batch.Advance(copiedBytes);
        batch.AppendShared(piece);
    }

    private sealed class OpenStream(ChunkPrefix prefix, ulong correlationId, byte[] messagePrefix, ReadOnlyMemory<byte> body, Action? onSent)
    {
        public ChunkPrefix Prefix { get; } = prefix;

        public ulong CorrelationId { get; } = correlationId;

        public byte[] MessagePrefix { get; set; } = messagePrefix;

        public ReadOnlyMemory<byte> Body { get; } = body;

        public Action? OnSent { get; } = onSent;

        public int Sent { get; set; }

        public long Credit { get; set; } = WireLimits.InitialStreamCreditBytes;

        public int Remaining => Body.Length - Sent;
    }
}
