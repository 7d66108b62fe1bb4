using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using FastRegistry.Wire.Outbound;

#pragma warning disable CA2012 // Each ValueTask is consumed exactly once: at once when completed, else in the continuation its awaiter was given.

namespace FastRegistry.Wire.Transport.InMemory;

/// <summary>A connection over any pair of pipes; the building block of <see cref="InMemoryTransport"/>.</summary>
/// <remarks>Receives on the reader's scheduler. The pipe's pause threshold plays the part of the kernel's socket buffer: beyond it the sender waits.</remarks>
public sealed class PipeConnection : Connection
{
    private readonly IDuplexPipe _pipe;
    private readonly PipeScheduler _scheduler;
    private readonly Action _onReadable;

    private ValueTaskAwaiter<ReadResult> _read;
    private ValueTaskAwaiter<FlushResult> _flush;
    private SegmentList _unsent;
    private long _inFlightBytes;

    // Made when a flush first has to wait: most connections never do.
    private Action? _onFlushed;

    /// <summary>Wraps a pipe pair.</summary>
    /// <param name="pipe">Input and output; completed by this connection when it ends.</param>
    /// <param name="resources">Shared pools.</param>
    /// <param name="scheduler">Where receiving goes on after it was paused.</param>
    /// <param name="remoteEndPoint">What it tells as the other end; a pipe itself has no address.</param>
    public PipeConnection(IDuplexPipe pipe, TransportResources resources, PipeScheduler scheduler, EndPoint? remoteEndPoint = null)
        : base(resources)
    {
        _pipe = pipe;
        _scheduler = scheduler;
        RemoteEndPoint = remoteEndPoint;
        _onReadable = OnReadable;
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; }

    /// <summary>No bound: a pipe has a capacity, beyond which its writer waits.</summary>
    private protected override int ReceivesPerTurn => int.MaxValue;

    /// <inheritdoc/>
    private protected override void StartReceiving() => ContinueReceiving();

    /// <inheritdoc/>
    private protected override void ContinueReceiving() => _scheduler.Schedule(static state => ((PipeConnection)state!).ReceiveUntilDrained(), this);

    /// <inheritdoc/>
    private protected override void CloseTransport()
    {
        _pipe.Input.CancelPendingRead();
        _pipe.Output.CancelPendingFlush();
    }

    /// <inheritdoc/>
    private protected override bool ReceiveOnce()
    {
        if (!_pipe.Input.TryRead(out ReadResult result))
        {
            return true;
        }

        Take(result);
        return false;
    }

    /// <inheritdoc/>
    private protected override bool TryWaitForInput()
    {
        ValueTaskAwaiter<ReadResult> read = _pipe.Input.ReadAsync().GetAwaiter();
        if (read.IsCompleted)
        {
            Take(read.GetResult());
            return false;
        }

        BeginWait();
        _read = read;
        _read.UnsafeOnCompleted(_onReadable);
        return true;
    }

    /// <inheritdoc/>
    private protected override void EndReceiving()
    {
        _pipe.Input.Complete();
        NotifyClosed();
    }

    /// <inheritdoc/>
    private protected override void StartSending() => Send(afterFlush: false);

    private void Send(bool afterFlush)
    {
        try
        {
            if (afterFlush)
            {
                Flushed(_flush.GetResult());
            }

            SendUntilEmpty();
        }
#pragma warning disable CA1031 // As for receiving.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(CloseReason.FromFault(fault));
            Outbound.Abandon(ref _unsent);
            _pipe.Output.Complete();
        }
    }

    private void SendUntilEmpty()
    {
        while (true)
        {
            if (IsAborted)
            {
                Outbound.Abandon(ref _unsent);
                _pipe.Output.Complete();
                return;
            }

            if (_unsent.IsEmpty && !Outbound.TryTake(ref _unsent, out bool finished))
            {
                if (finished)
                {
                    _pipe.Output.Complete();
                }

                return;
            }

            ValueTaskAwaiter<FlushResult> flush = WriteSome().GetAwaiter();
            if (!flush.IsCompleted)
            {
                _flush = flush;
                ReportStalled();
                _flush.UnsafeOnCompleted(_onFlushed ??= OnFlushed);
                return;
            }

            Flushed(flush.GetResult());
        }
    }

    private ValueTask<FlushResult> WriteSome()
    {
        // One segment per flush keeps the pause threshold honest and the progress visible.
        ReadOnlyMemory<byte> memory = _unsent.Head!.Memory;
        _inFlightBytes = memory.Length;
        _pipe.Output.Write(memory.Span);
        return _pipe.Output.FlushAsync();
    }

    private void Flushed(FlushResult result)
    {
        _unsent.RemoveFront(_inFlightBytes, Resources.Segments);
        AccountSent(_inFlightBytes);
        if (result.IsCompleted)
        {
            Abort(CloseReason.PeerClosed);
        }
    }

    private void OnFlushed() => Send(afterFlush: true);

    private void OnReadable()
    {
        ResumeFromWait();
        try
        {
            Take(_read.GetResult());
        }
#pragma warning disable CA1031 // A pipe reports the failure of what is behind it by any exception; on a pool thread it would end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            FailReceiving(fault);
            return;
        }

        ReceiveUntilDrained();
    }

    private void Take(in ReadResult result)
    {
        ReadOnlySequence<byte> buffer = result.Buffer;
        if (CloseReason is not null || buffer.IsEmpty)
        {
            _pipe.Input.AdvanceTo(buffer.End);
        }
        else
        {
            ReceiveResult received = Deliver(buffer);
            _pipe.Input.AdvanceTo(received.Consumed, received.Examined);
            if (!received.Examined.Equals(buffer.End))
            {
                return;
            }
        }

        if (result.IsCompleted)
        {
            Abort(CloseReason.PeerClosed);
        }
    }
}
