using System.Net.Sockets;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Sockets;

/// <content>
/// Sending: on whichever thread became the active sender. It goes on in the completion when the kernel's buffer is full.
/// </content>
public sealed partial class SocketConnection
{
    private SegmentList _unsent;
    private SocketOperation? _sender;

    internal void OnSendCompleted()
    {
        CompleteSend(_sender!);
        StartSending();
    }

    /// <inheritdoc/>
    private protected override void StartSending()
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
            Abort(CloseReason.FromSocketError(sender.SocketError));
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
