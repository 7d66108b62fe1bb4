using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Outbound;

/// <summary>Everything that waits to be sent on one connection, in order.</summary>
/// <remarks>
/// Any thread appends, under a lock that is held for a few hundred nanoseconds and never over I/O. The append that finds no sender active makes its
/// caller start one; the sender takes what is there until nothing is left. Owned by its <c>Connection</c>. The lock is the chain
/// itself, which nobody else may lock: a Lock of its own would be a sixth of what the transport keeps for an idle connection (docs/adr/0012).
/// </remarks>
public sealed class OutboundChain
{
    private SegmentList _waiting;
    private long _queuedBytes;
    private long _sentBytes;
    private ulong _pushSequence;
    private bool _sending;
    private bool _completed;
    private bool _behind;
    private bool _overHardLimit;

    internal OutboundChain(TransportResources resources) => Resources = resources;

    /// <summary>Pools, budget and limits; kept here for the connection too.</summary>
    internal TransportResources Resources { get; }

    /// <summary>Bytes appended and not yet taken by the operating system.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>True when all connections together hold more than the process may keep for them.</summary>
    public bool IsBudgetExceeded => Resources.Budget.IsExceeded;

    /// <summary>The mark above which this connection counts as behind.</summary>
    public int BehindBytes => Resources.Limits.BehindBytes;

    /// <summary>Bytes sent since the connection opened; standing still while <see cref="QueuedBytes"/> is not 0 means the peer does not read.</summary>
    public long SentBytes => Volatile.Read(ref _sentBytes);

    /// <summary>Sequence of the last push appended; 0 = none yet.</summary>
    public ulong LastPushSequence => Volatile.Read(ref _pushSequence);

    /// <summary>True from passing the behind mark until half of it has drained.</summary>
    public bool IsBehind => Volatile.Read(ref _behind);

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

            AppendHeaderHoldingGate(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedHoldingGate(FrameHeader.Size + prefix.Length + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Appends a push and gives it the next sequence, unless the connection is behind.</summary>
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

            if (_behind || Resources.Budget.IsExceeded)
            {
                return AppendOutcome.Behind;
            }

            Span<byte> prefix = stackalloc byte[PushPrefix.Size];
            sequence = ++_pushSequence;
            new PushPrefix(sequence, changedAtMicroseconds).Write(prefix);
            AppendHeaderHoldingGate(header);
            _waiting.Append(prefix, Resources.Segments);
            _waiting.AppendShared(sharedBody, Resources.Segments);
            startSending = AddedHoldingGate(FrameHeader.Size + PushPrefix.Size + sharedBody.Length);
            return AppendOutcome.Appended;
        }
    }

    /// <summary>Takes the next push sequence for a push that goes out as a stream of chunks.</summary>
    public ulong TakePushSequence()
    {
        lock (this)
        {
            return ++_pushSequence;
        }
    }

    /// <summary>Appends all answers of a batch. Dropped when the connection is closing.</summary>
    internal bool Splice(BatchWriter batch)
    {
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
            return AddedHoldingGate(bytes);
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

    /// <summary>Called by the active sender after bytes were sent. True when the connection has just stopped being behind.</summary>
    internal bool Sent(long bytes)
    {
        Resources.Budget.Add(-bytes);
        lock (this)
        {
            _sentBytes += bytes;
            _queuedBytes -= bytes;
            if (_behind && _queuedBytes <= Resources.Limits.BehindBytes / 2)
            {
                SetBehindHoldingGate(false);
                return true;
            }

            return false;
        }
    }

    /// <summary>Drops what waits, when the connection is gone. <paramref name="unsent"/> is the sender's own list.</summary>
    internal void Abandon(ref SegmentList unsent)
    {
        lock (this)
        {
            _completed = true;
            _waiting.Clear(Resources.Segments);
            unsent.Clear(Resources.Segments);
            Resources.Budget.Add(-_queuedBytes);
            _queuedBytes = 0;
            SetBehindHoldingGate(false);
        }
    }

    /// <summary>True once something was appended while more than the hard limit was waiting already. A single large frame alone never passes it.</summary>
    internal bool IsOverHardLimit => Volatile.Read(ref _overHardLimit);

    private void AppendHeaderHoldingGate(in FrameHeader header)
    {
        header.Write(_waiting.GetMemory(FrameHeader.Size, Resources.Segments).Span);
        _waiting.Advance(FrameHeader.Size);
    }

    private void SetBehindHoldingGate(bool behind)
    {
        if (_behind != behind)
        {
            Volatile.Write(ref _behind, behind);
            Resources.Budget.CountBehind(behind ? 1 : -1);
        }
    }

    private bool AddedHoldingGate(long bytes)
    {
        Resources.Budget.Add(bytes);
        _overHardLimit |= _queuedBytes > Resources.Limits.HardBytes;
        _queuedBytes += bytes;
        SetBehindHoldingGate(_behind || _queuedBytes > Resources.Limits.BehindBytes);
        bool start = !_sending;
        _sending = true;
        return start;
    }
}
