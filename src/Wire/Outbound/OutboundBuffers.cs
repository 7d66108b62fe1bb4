using System.Diagnostics;

namespace FastRegistry.Wire.Outbound;

/// <summary>A singly linked list of segments with room to append. A mutable struct: it has exactly one owner, which keeps it in a field.</summary>
internal struct SegmentList
{
    private OutboundSegment? _head;
    private OutboundSegment? _tail;

    /// <summary>Bytes in all segments.</summary>
    public long Bytes { get; private set; }

    public readonly bool IsEmpty => _head is null;

    public readonly OutboundSegment? Head => _head;

    /// <summary>Room of at least <paramref name="minimumBytes"/> behind what was written; claim it with <see cref="Advance"/>.</summary>
    public Memory<byte> GetMemory(int minimumBytes, SegmentPool pool)
    {
        if (_tail?.Block is not { } block || block.Capacity - _tail.Used < Math.Max(minimumBytes, 1))
        {
            Link(pool.RentBlock(minimumBytes));
            block = _tail!.Block!;
        }

        return block.Memory[_tail.Used..];
    }

    /// <summary>Claims bytes written to the memory last handed out.</summary>
    public void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        OutboundSegment? tail = _tail;
        if (tail?.Block is null || bytes < 0 || bytes > tail.Block.Capacity - tail.Used)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "more than the memory last handed out");
        }

        // What RemoveFront took off the front of this block stays off.
        int start = tail.Used - tail.Memory.Length;
        tail.Used += bytes;
        tail.Memory = tail.Block.Memory[start..tail.Used];
        Bytes += bytes;
    }

    public void Append(ReadOnlySpan<byte> source, SegmentPool pool)
    {
        while (!source.IsEmpty)
        {
            Span<byte> room = GetMemory(1, pool).Span;
            int length = Math.Min(room.Length, source.Length);
            source[..length].CopyTo(room);
            Advance(length);
            source = source[length..];
        }
    }

    /// <summary>Links a body that others send too; it is not copied and must never change.</summary>
    public void AppendShared(ReadOnlyMemory<byte> body, SegmentPool pool)
    {
        if (!body.IsEmpty)
        {
            Link(pool.RentShared(body));
            Bytes += body.Length;
        }
    }

    /// <summary>Moves everything from <paramref name="other"/> to the end of this list.</summary>
    public void Splice(ref SegmentList other)
    {
        if (other._head is null)
        {
            return;
        }

        if (_tail is null)
        {
            _head = other._head;
        }
        else
        {
            _tail.Next = other._head;
        }

        _tail = other._tail;
        Bytes += other.Bytes;
        other = default;
    }

    /// <summary>Drops the first <paramref name="bytes"/> bytes and gives the segments they filled back.</summary>
    public void RemoveFront(long bytes, SegmentPool pool)
    {
        Debug.Assert(bytes <= Bytes, "cannot remove more than the list holds");
        Bytes -= bytes;
        while (bytes > 0 && _head is { } head)
        {
            if (bytes < head.Memory.Length)
            {
                head.Memory = head.Memory[(int)bytes..];
                return;
            }

            bytes -= head.Memory.Length;
            _head = head.Next;
            pool.Return(head);
        }

        // A block that was rented and never written to has no bytes to count it by.
        while (_head is { Memory.Length: 0 } empty)
        {
            _head = empty.Next;
            pool.Return(empty);
        }

        if (_head is null)
        {
            _tail = null;
        }
    }

    /// <summary>Gives every segment back.</summary>
    public void Clear(SegmentPool pool)
    {
        OutboundSegment? segment = _head;
        while (segment is not null)
        {
            OutboundSegment? next = segment.Next;
            pool.Return(segment);
            segment = next;
        }

        this = default;
    }

    private void Link(OutboundSegment segment)
    {
        if (_tail is null)
        {
            _head = segment;
        }
        else
        {
            _tail.Next = segment;
        }

        _tail = segment;
    }
}
