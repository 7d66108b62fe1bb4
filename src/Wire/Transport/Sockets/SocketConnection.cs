using System.IO.Pipelines;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport;

/// <summary>A TCP connection on <see cref="System.Net.Sockets"/> and Pipelines; runs on every system .NET runs on.</summary>
/// <remarks>
/// Idle, it holds a zero-byte receive and nothing else: the pipe and its blocks are rented when data arrives and given back when all of it is
/// consumed. The receive path, which this class is, runs on the thread-pool thread that completed the receive. How it sends is its base.
/// </remarks>
#pragma warning disable CA1001 // The readiness operation is disposed when the receive path ends, which every connection does exactly once.
public sealed class SocketConnection : SocketSendingSide, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    // A peer that never stops sending gives its thread back after this many receives.
    private const int ReceivesPerTurn = 16;

    private readonly SocketOperation _readable;

    private SocketInput _input;

    internal SocketConnection(Socket socket, SocketTransport transport)
        : base(socket, transport)
    {
        _readable = new SocketOperation(this, sends: false);
    }

    /// <summary>The thread pool's way into the receive path.</summary>
    void IThreadPoolWorkItem.Execute() => Receive();

    internal override void OnReadable()
    {
        ResumeFromWait();
        if (_readable.SocketError != SocketError.Success)
        {
            Abort(SocketErrors.Classify(_readable.SocketError));
        }

        Receive();
    }

    /// <inheritdoc/>
    protected override void StartReceiving() => ContinueReceiving();

    /// <inheritdoc/>
    protected override void ContinueReceiving() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    private void Receive()
    {
        try
        {
            ReceiveUntilDrained();
        }
        catch (ObjectDisposedException)
        {
            Abort(CloseReason.Aborted);
            EndReceiving();
        }
#pragma warning disable CA1031 // Such as positions from a handler that are not in its buffer; on a pool thread it would end the process.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(new CloseReason(CloseKind.IoError, Text: fault.Message, Fault: fault));
            EndReceiving();
        }
    }

    private void ReceiveUntilDrained()
    {
        bool socketDrained = false;
        for (int turn = 0; ; turn++)
        {
            if (IsAborted)
            {
                EndReceiving();
                return;
            }

            if (CloseReason is null)
            {
                DeliverBuffered();
                if (CloseReason is not null)
                {
                    continue;
                }

                if (IsHeldUp)
                {
                    if (TryPause())
                    {
                        return;
                    }

                    continue;
                }
            }

            if (socketDrained)
            {
                if (WaitForData())
                {
                    return;
                }

                socketDrained = false;
                continue;
            }

            if (turn >= ReceivesPerTurn)
            {
                ContinueReceiving();
                return;
            }

            socketDrained = ReceiveOnce();
        }
    }

    /// <summary>Lets the handler have what is in the pipe, as long as it is new to it and the output is not behind.</summary>
    private void DeliverBuffered()
    {
        while (_input.Pipe is { } pipe && CloseReason is null && !IsHeldUp && pipe.Reader.TryRead(out ReadResult read))
        {
            ReceiveResult received = Deliver(read.Buffer);
            bool consumedAll = received.Consumed.Equals(read.Buffer.End);
            pipe.Reader.AdvanceTo(received.Consumed, received.Examined);
            if (consumedAll)
            {
                _input.Return(Resources);
            }
        }
    }

    /// <summary>One receive that does not block. True when it has emptied the socket: asking again would only cost a system call.</summary>
    private bool ReceiveOnce()
    {
        bool drained = _input.ReceiveOnce(Socket, Resources, discard: CloseReason is not null, out CloseReason? end);
        if (end is not null)
        {
            Abort(end);
        }

        return drained;
    }

    /// <summary>Waits for readability. False when it is there already.</summary>
    private bool WaitForData()
    {
        BeginWait();
        if (Socket.ReceiveAsync(_readable))
        {
            return true;
        }

        ResumeFromWait();
        if (_readable.SocketError != SocketError.Success)
        {
            Abort(SocketErrors.Classify(_readable.SocketError));
        }

        return false;
    }

    private void EndReceiving()
    {
        _input.Return(Resources);
        _readable.Dispose();
        NotifyClosed();
    }
}
