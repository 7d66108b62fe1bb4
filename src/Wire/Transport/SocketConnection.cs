using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>A TCP connection on <see cref="System.Net.Sockets"/> and Pipelines; runs on every system .NET runs on.</summary>
/// <remarks>
/// Idle, it holds a zero-byte receive and nothing else: the pipe and its blocks are rented when data arrives and given back when all of it is
/// consumed. The receive path runs on the thread-pool thread that completed the receive. Sending runs on whichever thread became the active sender and
/// goes on in the completion when the kernel's buffer is full.
/// </remarks>
#pragma warning disable CA1001 // The readiness operation is disposed when the receive path ends, which every connection does exactly once.
public sealed class SocketConnection : Connection, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    // A peer that never stops sending gives its thread back after this many receives.
    private const int ReceivesPerTurn = 16;

    private readonly Socket _socket;
    private readonly SocketTransport _transport;
    private readonly SocketOperation _readable;

    private SocketInput _input;
    private SegmentList _unsent;
    private SocketOperation? _sender;

    internal SocketConnection(Socket socket, SocketTransport transport)
        : base(transport.Resources)
    {
        _socket = socket;
        _transport = transport;
        _readable = new SocketOperation(this, sends: false);
    }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get
        {
            try
            {
                return _socket.RemoteEndPoint;
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return null;
            }
        }
    }

    /// <inheritdoc/>
    public override bool HasUnreadInput
    {
        get
        {
            try
            {
                return _socket.Available > 0;
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>For tests that look at its options.</summary>
    internal Socket Socket => _socket;

    /// <summary>The thread pool's way into the receive path.</summary>
    void IThreadPoolWorkItem.Execute() => Receive();

    internal void OnReadable()
    {
        ResumeFromWait();
        if (_readable.SocketError != SocketError.Success)
        {
            Abort(SocketErrors.Classify(_readable.SocketError));
        }

        Receive();
    }

    internal void OnSendCompleted()
    {
        CompleteSend(_sender!);
        StartSending();
    }

    /// <inheritdoc/>
    protected override void StartReceiving() => ContinueReceiving();

    /// <inheritdoc/>
    protected override void ContinueReceiving() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <inheritdoc/>
    protected override void CloseTransport() => _socket.Dispose();

    /// <inheritdoc/>
    protected override void StartSending()
    {
        SocketOperation? sender = Interlocked.Exchange(ref _sender, null);
        while (true)
        {
            if (IsAborted)
            {
                Outbound.Abandon(ref _unsent);
                Return(sender);
                return;
            }

            // While nothing is unsent, the field must be clear: the next sender may start the moment TryTake returns false.
            if (_unsent.IsEmpty && !Outbound.TryTake(ref _unsent, out bool finished))
            {
                Return(sender);
                if (finished)
                {
                    ShutdownSending();
                }

                return;
            }

            sender ??= _transport.RentSender(this);
            _sender = sender;
            sender.SetContent(_unsent.Head!, _transport.Options.MaximumSendBytes);
            if (SendPending(sender))
            {
                ReportStalled();
                return;
            }

            CompleteSend(sender);
            _sender = null;
        }
    }

    private void Return(SocketOperation? sender)
    {
        if (sender is not null)
        {
            _transport.ReturnSender(sender);
        }
    }

    private bool SendPending(SocketOperation sender)
    {
        try
        {
            return _socket.SendAsync(sender);
        }
        catch (ObjectDisposedException)
        {
            Abort(CloseReason.Aborted);
            sender.SocketError = SocketError.OperationAborted;
            return false;
        }
    }

    private void CompleteSend(SocketOperation sender)
    {
        if (sender.SocketError != SocketError.Success)
        {
            Abort(SocketErrors.Classify(sender.SocketError));
            return;
        }

        int sent = sender.BytesTransferred;
        _unsent.RemoveFront(sent, Resources.Segments);
        AccountSent(sent);
    }

    /// <summary>FIN instead of a close: closing with unread input would send a reset that could overtake the goaway.</summary>
    private void ShutdownSending()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            Abort(CloseReason.Aborted);
        }
    }

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
        bool drained = _input.ReceiveOnce(_socket, Resources, discard: CloseReason is not null, out CloseReason? end);
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
        if (_socket.ReceiveAsync(_readable))
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
