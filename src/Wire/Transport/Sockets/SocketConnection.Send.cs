using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport;

/// <summary>The sending side of a connection on <see cref="System.Net.Sockets"/>.</summary>
/// <remarks>
/// Base of <see cref="SocketConnection"/>; the two are one object, because each object costs every idle connection. Sending runs on whichever thread became the
/// active sender and goes on in the completion when the kernel's buffer is full.
/// </remarks>
public abstract class SocketSendingSide : Connection
{
    private readonly Socket _socket;
    private readonly SocketTransport _transport;
    private SegmentList _unsent;
    private SocketOperation? _sender;

    private protected SocketSendingSide(Socket socket, SocketTransport transport)
        : base(transport.Resources)
    {
        _socket = socket;
        _transport = transport;
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

    /// <summary>Owned; closed by the end of the connection.</summary>
    internal Socket Socket => _socket;

    /// <summary>The transport has something to receive.</summary>
    internal abstract void OnReadable();

    internal void OnSendCompleted()
    {
        CompleteSend(_sender!);
        StartSending();
    }

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
}
