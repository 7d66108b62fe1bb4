using System.Buffers;

namespace FastRegistry.Tests;

/// <summary>
/// The bytes of one stream from the writer's memory to the reader's last look, in one chain of blocks: what travels are offsets, the bytes stay where they
/// were written. Offsets count from the begin of the stream.
/// </summary>
/// <remarks>All members expect the lock of the network; the memory that was handed out belongs to the writer until it commits.</remarks>
internal sealed class SegmentChain(MemoryPool<byte> blocks, Stack<SegmentChain.Segment> spare)
{
    private Segment? _head;
    private Segment? _tail;

    // The segment that holds the byte in front of the reader's end, so that it is not looked for from the head.
    private Segment? _readEnd;
    private long _advanced;
    private bool _isHandedOut;

    /// <summary>Bytes the writer has committed.</summary>
    public long Committed { get; private set; }

    /// <summary>Bytes the reader is done with.</summary>
    public long Consumed { get; private set; }

    public long Uncommitted => _advanced - Committed;

    public Memory<byte> GetMemory(int minimumBytes)
    {
        minimumBytes = Math.Max(minimumBytes, 1);
        if (_tail is null || _tail.Free < minimumBytes)
        {
            Segment segment = spare.TryPop(out Segment? used) ? used : new Segment();
            segment.Fill(blocks.Rent(minimumBytes), _advanced);
            if (_tail is null)
            {
                _head = segment;
            }
            else
            {
                _tail.Append(segment);
            }

            _tail = segment;
        }

        _isHandedOut = true;
        return _tail.Room;
    }

    public void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        if (!_isHandedOut || bytes < 0 || bytes > _tail!.Free)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "more than the memory last handed out");
        }

        _tail.Used += bytes;
        _advanced += bytes;
    }

    public void Commit()
    {
        Committed = _advanced;
        _isHandedOut = false;
    }

    /// <summary>What the reader may see: everything not consumed before <paramref name="end"/>.</summary>
    public ReadOnlySequence<byte> ReadTo(long end)
    {
        if (end == Consumed)
        {
            return default;
        }

        Segment last = _readEnd ?? _head!;
        while (last.End < end)
        {
            last = last.NextSegment!;
        }

        _readEnd = last;
        return new ReadOnlySequence<byte>(_head!, (int)(Consumed - _head!.RunningIndex), last, (int)(end - last.RunningIndex));
    }

    /// <summary>The offset of a position in what <see cref="ReadTo"/> gave.</summary>
    public long OffsetOf(SequencePosition position) => position.GetObject() is Segment segment ? segment.RunningIndex + position.GetInteger() : Consumed;

    /// <summary>Gives back the blocks before an offset.</summary>
    public void ConsumeTo(long offset)
    {
        Consumed = offset;
        while (_head is { } head && head.End <= offset && (head != _tail || (!_isHandedOut && _advanced == Committed)))
        {
            _head = head.NextSegment;
            _tail = _head is null ? null : _tail;
            _readEnd = _readEnd == head ? null : _readEnd;
            head.Release();
            spare.Push(head);
        }
    }

    /// <summary>Drops everything but the memory that the writer has in its hands: nothing of it will be read any more.</summary>
    public void Clear() => ConsumeTo(Committed);

    /// <summary>One block and the part of it in use.</summary>
    internal sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private IMemoryOwner<byte>? _owner;
        private Memory<byte> _block;

        public int Used { get; set; }

        public int Free => _block.Length - Used;

        public Memory<byte> Room => _block[Used..];

        public long End => RunningIndex + Used;

        public Segment? NextSegment => (Segment?)Next;

        public void Fill(IMemoryOwner<byte> owner, long runningIndex)
        {
            _owner = owner;
            _block = owner.Memory;
            Memory = _block;
            RunningIndex = runningIndex;
        }

        public void Append(Segment next)
        {
            // A reader counts the segments in the middle of a sequence whole.
            Memory = _block[..Used];
            Next = next;
        }

        public void Release()
        {
            _owner!.Dispose();
            _owner = null;
            _block = default;
            Memory = default;
            Next = null;
            Used = 0;
        }
    }
}
