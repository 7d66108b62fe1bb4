using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>Input that the handler has not consumed: none, the small beginning of a frame in one block, or more than that in a pipe.</summary>
/// <remarks>A mutable struct in a field of its connection; the loop's thread only. Empty, it holds no memory.</remarks>
internal struct UnconsumedInput
{
    // A peer that was sent a goaway may still send this much; more is not worth reading.
    private const int MaximumDiscardedBytes = 256 * 1024;

    /// <summary>Holds a small rest, all of which the handler has seen; null when there is none. Set by this struct only.</summary>
    public Block? Block;

    /// <summary>Holds a larger rest; null when there is none. What is received next goes behind it, by <see cref="Append"/>. Set by this struct only.</summary>
    public Pipe? Pipe;

    private int _blockBytes;
    private int _discardedBytes;

    /// <summary>The content of the block; the handler has seen it.</summary>
    public readonly ReadOnlySpan<byte> InBlock => Block is null ? default : Block.Memory.Span[.._blockBytes];

    /// <summary>Replaces the content of the block by what is left now.</summary>
    /// <param name="left">Not in the block.</param>
    /// <param name="seen">The handler has looked at all of it and wants it again only with more.</param>
    /// <param name="resources">Pools.</param>
    public void Keep(in ReadOnlySequence<byte> left, bool seen, TransportResources resources)
    {
        if (left.IsEmpty)
        {
            ReturnBlock();
        }
        else if (seen && left.Length <= BlockPool.BlockBytes)
        {
            Block ??= resources.Blocks.RentBlock();
            left.CopyTo(Block.Memory.Span);
            _blockBytes = (int)left.Length;
        }
        else
        {
            ReturnBlock();
            foreach (ReadOnlyMemory<byte> part in left)
            {
                Append(part.Span, resources);
            }

            if (seen)
            {
                // The pipe takes all of it for new, although the handler has seen it.
                Pipe!.Reader.TryRead(out ReadResult read);
                Pipe.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
    }

    public void Append(ReadOnlySpan<byte> bytes, TransportResources resources)
    {
        Pipe ??= resources.RentPipe();
        Pipe.Writer.Write(bytes);
        ValueTask<FlushResult> flushed = Pipe.Writer.FlushAsync();
        Debug.Assert(flushed.IsCompletedSuccessfully, "the pipe has no pause threshold");
    }

    /// <summary>Reads the content of the pipe if some of it is new to the handler. Followed by <see cref="Advance"/>.</summary>
    public readonly bool TryRead(out ReadOnlySequence<byte> buffer)
    {
        if (Pipe is not null && Pipe.Reader.TryRead(out ReadResult read))
        {
            buffer = read.Buffer;
            return true;
        }

        buffer = default;
        return false;
    }

    /// <summary>Takes what the handler did with the pipe's content; a small rest moves into a block.</summary>
    public void Advance(in ReadOnlySequence<byte> buffer, in ReceiveResult result, TransportResources resources)
    {
        ReadOnlySequence<byte> left = buffer.Slice(result.Consumed);
        if (left.Length > BlockPool.BlockBytes || !result.Examined.Equals(buffer.End))
        {
            Pipe!.Reader.AdvanceTo(result.Consumed, result.Examined);
            return;
        }

        Keep(left, seen: true, resources);
        Pipe!.Reader.AdvanceTo(buffer.End);
        ReturnPipe(resources);
    }

    /// <summary>Drops everything, and what was just received too. False: the peer has sent too much since its goaway.</summary>
    public bool TryDiscard(int received, TransportResources resources)
    {
        Clear(resources);
        _discardedBytes += received;
        return _discardedBytes <= MaximumDiscardedBytes;
    }

    /// <summary>Drops everything.</summary>
    public void Clear(TransportResources resources)
    {
        ReturnBlock();
        ReturnPipe(resources);
    }

    private void ReturnBlock()
    {
        Block?.Dispose();
        Block = null;
    }

    private void ReturnPipe(TransportResources resources)
    {
        if (Pipe is { } pipe)
        {
            Pipe = null;
            resources.Return(pipe);
        }
    }
}
