using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using FastRegistry.Wire.Buffers;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>What a handler left of its input: nothing, the small beginning of a frame in one block, or more than that in a pipe.</summary>
/// <remarks>A mutable struct in a field of its connection; the loop's thread only. Empty, it holds no memory.</remarks>
internal struct KeptBytes
{
    private Block? _block;
    private Pipe? _pipe;
    private int _blockBytes;

    /// <summary>What is received next goes behind what is in the pipe, by <see cref="Append"/>.</summary>
    public readonly bool IsInPipe => _pipe is not null;

    /// <summary>What is in the block; the handler has seen it.</summary>
    public readonly ReadOnlySpan<byte> InBlock => _block is null ? default : _block.GetSpan()[.._blockBytes];

    /// <summary>Replaces what is in the block by what is left now.</summary>
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
            _block ??= resources.Blocks.RentBlock();
            left.CopyTo(_block.GetSpan());
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
                // To the pipe all of it is new; to the handler it is not.
                _pipe!.Reader.TryRead(out ReadResult read);
                _pipe.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
    }

    public void Append(ReadOnlySpan<byte> bytes, TransportResources resources)
    {
        _pipe ??= resources.RentPipe();
        _pipe.Writer.Write(bytes);
        ValueTask<FlushResult> flushed = _pipe.Writer.FlushAsync();
        Debug.Assert(flushed.IsCompletedSuccessfully, "the pipe has no pause threshold");
    }

    /// <summary>What is in the pipe, if some of it is new to the handler. Followed by <see cref="Advance"/>.</summary>
    public readonly bool TryRead(out ReadOnlySequence<byte> buffer)
    {
        if (_pipe is not null && _pipe.Reader.TryRead(out ReadResult read))
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
            _pipe!.Reader.AdvanceTo(result.Consumed, result.Examined);
            return;
        }

        Keep(left, seen: true, resources);
        _pipe!.Reader.AdvanceTo(buffer.End);
        ReturnPipe(resources);
    }

    /// <summary>Drops everything.</summary>
    public void Clear(TransportResources resources)
    {
        ReturnBlock();
        ReturnPipe(resources);
    }

    private void ReturnBlock()
    {
        _block?.Release();
        _block = null;
    }

    private void ReturnPipe(TransportResources resources)
    {
        if (_pipe is { } pipe)
        {
            _pipe = null;
            resources.Return(pipe);
        }
    }
}
