using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Load.Targets.Native;

/// <summary>Sends the frames of one connection: together with the others of the batch that is being handled, or at once.</summary>
/// <remarks>
/// A batch writer belongs to the thread that handles the batch and is gone when it has: <see cref="_batchThread"/> holds that thread's id from
/// <see cref="BeginBatch"/> to <see cref="EndBatch"/>. Only that thread can find its own id there, so no other one ever touches the writer.
/// </remarks>
internal sealed class NativeOutput(Connection connection)
{
    // Linking a longer body costs less than copying it.
    private const int MaximumCopiedBytes = 1024;

    private BatchWriter? _batch;
    private int _batchThread;

    /// <summary>From now on this thread's frames go to the batch.</summary>
    public void BeginBatch(BatchWriter batch)
    {
        _batch = batch;
        Volatile.Write(ref _batchThread, Environment.CurrentManagedThreadId);
    }

    /// <summary>On the thread that began it.</summary>
    public void EndBatch()
    {
        Volatile.Write(ref _batchThread, 0);
        _batch = null;
    }

    /// <summary>Sends a frame; any thread. Dropped when the connection is closing: its end fails whoever waits.</summary>
    /// <param name="header">Its length must be that of prefix and body together.</param>
    /// <param name="prefix">Copied.</param>
    /// <param name="body">Must never change.</param>
    public void Send(in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body = default)
    {
        if (Volatile.Read(ref _batchThread) == Environment.CurrentManagedThreadId)
        {
            Write(_batch!, header, prefix, body);
        }
        else if (prefix.IsEmpty && body.Length <= MaximumCopiedBytes)
        {
            connection.Send(header, body.Span);
        }
        else
        {
            connection.Send(header, prefix, body);
        }
    }

    private static void Write(BatchWriter batch, in FrameHeader header, ReadOnlySpan<byte> prefix, ReadOnlyMemory<byte> body)
    {
        bool copies = body.Length <= MaximumCopiedBytes;
        int bytes = FrameHeader.Size + prefix.Length + (copies ? body.Length : 0);
        Span<byte> frame = batch.GetSpan(bytes);
        header.Write(frame);
        prefix.CopyTo(frame[FrameHeader.Size..]);
        if (copies)
        {
            body.Span.CopyTo(frame[(FrameHeader.Size + prefix.Length)..]);
        }

        batch.Advance(bytes);
        if (!copies)
        {
            batch.AppendShared(body);
        }
    }
}
