using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>Everything that waits to be sent on one connection, in order.</summary>
/// <remarks>
/// Owned by its <see cref="Connection"/> and as long-lived. Appending is thread-safe, under a lock that is held for a few hundred nanoseconds and never over
/// I/O. The append that finds no sender active makes its caller start one; the sender takes what is there until nothing is left, so one thread sends at a
/// time. The lock is the chain itself, which no other code may lock: a Lock of its own would be a sixth of what the transport keeps for an idle connection
/// (docs/adr/0012). Bounds: pushes are refused above the high-water mark and above the budget of all connections; beyond the hard limit the connection ends.
/// </remarks>
public sealed class OutboundChain
{
    private SegmentList _waiting;
    private long _queuedBytes;
    private long _sentBytes;
    private ulong _pushSequence;
    private bool _sending;
    private bool _completed;
    private bool _aboveHighWaterMark;
    private bool _overHardLimit;

    internal OutboundChain(TransportResources resources) => Resources = resources;

    /// <summary>Pools, budget and limits; kept here for the connection too.</summary>
    internal TransportResources Resources { get; }

    /// <summary>Bytes appended and not yet taken by the operating system.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>True when all connections together hold more than the process may keep for them.</summary>
    public bool IsBudgetExceeded => Resources.Budget.IsExceeded;

    /// <summary>See <see cref="OutboundLimits.HighWaterMarkBytes"/>.</summary>
    public int HighWaterMarkBytes => Resources.Limits.HighWaterMarkBytes;

    /// <summary>Bytes sent since the connection opened; standing still while <see cref="QueuedBytes"/> is not 0 means the peer does not read.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Sequence of the last push appended; 0 = none yet.</summary>
    public ulong LastPushSequence => Volatile.Read(ref _pushSequence);

    /// <summary>True from the moment that more than <see cref="HighWaterMarkBytes"/> wait until half of that has drained.</summary>
    public bool IsAboveHighWaterMark => Volatile.Read(ref _aboveHighWaterMark);

    /// <summary>Appends a frame whose body is copied. Meant for small control frames and answers of workers.</summary>
    /// <returns>The outcome; on <see cref="AppendOutcome.Appended"/> the caller must start a sender if <paramref name="startSending"/>.</returns>
    internal AppendOutcome Append(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> sharedBody, out bool startSending)
    {
        startSending = false;
        lock (this)
        {
            if (_completed)
            {
                return AppendOutcome.Closed;
            }

            AppendHeaderLocked(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedLocked(FrameHeader.Size + prefix.Length + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Appends a push and gives it the next sequence, unless the output is above its high-water mark or that of all connections above the
    /// budget.</summary>
    internal AppendOutcome AppendPush(in FrameHeader header, long changedAtMicroseconds, ReadOnlyMemory<byte> sharedBody, out ulong sequence, out bool startSending)
    {
        sequence = 0;
        startSending = false;
        lock (this)
        {
            if (_completed)
            {
                return AppendOutcome.Closed;
            }

            if (_aboveHighWaterMark || Resources.Budget.IsExceeded)
            {
                return AppendOutcome.AboveHighWaterMark;
            }

            Span<byte> prefix = stackalloc byte[PushPrefix.Size];
            sequence = ++_pushSequence;
            new PushPrefix(changedAtMicroseconds).Write(prefix);
            AppendHeaderLocked(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedLocked(FrameHeader.Size + PushPrefix.Size + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Appends all answers of a batch. Dropped when the connection is closing.</summary>
    internal bool Splice(BatchWriter batch) => Splice(batch, endsPush: false, out _);

    /// <summary>Appends all frames of a batch.</summary>
    /// <param name="batch">Empty afterwards, also when the connection is closing and they were dropped.</param>
    /// <param name="endsPush">Its last frame ends a push that went out as a stream: the push takes its number now.</param>
    /// <param name="sequence">That number; 0 = none.</param>
    /// <returns>True when the caller must start a sender.</returns>
    internal bool Splice(BatchWriter batch, bool endsPush, out ulong sequence)
    {
        sequence = 0;
        ref SegmentList segments = ref batch.Segments;
        lock (this)
        {
            if (_completed || segments.IsEmpty)
            {
                segments.Clear(Resources.Segments);
                return false;
            }

            long bytes = segments.Bytes;
            _waiting.Splice(ref segments);
            sequence = endsPush ? ++_pushSequence : 0;
            return AddedLocked(bytes);
        }
    }

    /// <summary>Refuses everything from now on; what is there is still sent. True when the caller must start a sender (to finish the connection).</summary>
    internal bool Complete()
    {
        lock (this)
        {
            _completed = true;
            bool start = !_sending;
            _sending = true;
            return start;
        }
    }

    /// <summary>Called by the active sender: moves what waits to <paramref name="taken"/>; false ends its duty.</summary>
    /// <param name="taken">The sender's own list.</param>
    /// <param name="finished">True when nothing will ever follow.</param>
    internal bool TryTake(ref SegmentList taken, out bool finished)
    {
        lock (this)
        {
            finished = false;
            if (_waiting.IsEmpty)
            {
                finished = _completed;
                // A finished chain keeps its flag: the sender that finishes the connection is the last one.
                _sending = _completed;
                return false;
            }

            taken.Splice(ref _waiting);
            return true;
        }
    }

    /// <summary>Called by the active sender after bytes were sent. True when the output has just drained below half of its high-water mark.</summary>
    internal bool Sent(long bytes)
    {
        bool drained;
        lock (this)
        {
            _sentBytes += bytes;
            _queuedBytes -= bytes;
            drained = _aboveHighWaterMark && _queuedBytes <= Resources.Limits.HighWaterMarkBytes / 2;
            if (drained)
            {
                SetAboveHighWaterMarkLocked(false);
            }
        }

        // Outside the lock: the budget may tell its owner that it has drained.
        Resources.Budget.Add(-bytes);
        return drained;
    }

    /// <summary>Drops what waits, when the connection is gone. <paramref name="unsent"/> is the sender's own list.</summary>
    internal void Abandon(ref SegmentList unsent)
    {
        long dropped;
        lock (this)
        {
            _completed = true;
            _waiting.Clear(Resources.Segments);
            unsent.Clear(Resources.Segments);
            dropped = _queuedBytes;
            _queuedBytes = 0;
            SetAboveHighWaterMarkLocked(false);
        }

        Resources.Budget.Add(-dropped);
    }

    /// <summary>True once something was appended while more than the hard limit was waiting already. A single large frame alone never passes it.</summary>
    internal bool IsOverHardLimit => Volatile.Read(ref _overHardLimit);

    private void AppendHeaderLocked(in FrameHeader header)
    {
        header.Write(_waiting.GetMemory(FrameHeader.Size, Resources.Segments).Span);
        _waiting.Advance(FrameHeader.Size);
    }

    private void SetAboveHighWaterMarkLocked(bool above)
    {
        if (_aboveHighWaterMark != above)
        {
            Volatile.Write(ref _aboveHighWaterMark, above);
            Resources.Budget.CountAboveHighWaterMark(above ? 1 : -1);
        }
    }

    private bool AddedLocked(long bytes)
    {
        Resources.Budget.Add(bytes);
        _overHardLimit |= _queuedBytes > Resources.Limits.HardBytes;
        _queuedBytes += bytes;
        SetAboveHighWaterMarkLocked(_aboveHighWaterMark || _queuedBytes > Resources.Limits.HighWaterMarkBytes);
        bool start = !_sending;
        _sending = true;
        return start;
    }
}
