using System.Net;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>The sending side of a connection on a bare descriptor.</summary>
/// <remarks>
/// Base of <see cref="EpollConnection"/>; the two are one object, because each object costs every idle connection. Sending runs on whichever thread became the
/// active sender; when the kernel is full, the loop goes on. It has the descriptor's first share, which <see cref="EndSending"/> gives back.
/// </remarks>
internal abstract class EpollSendingSide(int descriptor, EpollLoop loop, TransportResources resources) : Connection(resources)
{
    private DescriptorLease _descriptor = new(descriptor);
    private SegmentList _unsent;
    private SendTurn _sendTurn;

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint
    {
        get
        {
            if (!_descriptor.TryTake())
            {
                return null;
            }

            EndPoint? remote = PeerAddress.Read(loop.System, _descriptor.Descriptor);
            _descriptor.Return(loop.System);
            return remote;
        }
    }

    /// <inheritdoc/>
    public override bool HasUnreadInput
    {
        get
        {
            if (!_descriptor.TryTake())
            {
                return false;
            }

            bool any = loop.System.Peek(_descriptor.Descriptor) > 0;
            _descriptor.Return(loop.System);
            return any;
        }
    }

    /// <summary>Valid while it is open.</summary>
    internal int Descriptor => _descriptor.Descriptor;

    /// <summary>Where it is attached.</summary>
    protected EpollLoop Loop => loop;

    /// <inheritdoc/>
    protected override void StartSending()
    {
        _sendTurn.Begin();
        Send();
    }

    /// <summary>There may be room again: goes on for a sender that found none. On the loop's thread.</summary>
    protected void GoOnSending()
    {
        if (_sendTurn.NoteRoom())
        {
            Send();
        }
    }

    /// <summary>The receive path has ended: drops what a waiting sender left, and the descriptor closes with the last who uses it. Once.</summary>
    protected void EndSending()
    {
        if (_sendTurn.TryResume())
        {
            Send();
        }

        _descriptor.Return(loop.System);
    }

    /// <summary>Sends until nothing is left or the kernel is full. The caller is the active sender.</summary>
    private void Send()
    {
        if (!_descriptor.TryTake())
        {
            // Closed: it was aborted.
            Outbound.Abandon(ref _unsent);
            return;
        }

        try
        {
            SendUntilEmpty();
        }
#pragma warning disable CA1031 // A handler failed that was told of a stall. The thread belongs to somebody else, who must not suffer for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(new CloseReason(CloseKind.HandlerFault, Text: fault.Message, Fault: fault));
            Outbound.Abandon(ref _unsent);
        }

        _descriptor.Return(loop.System);
    }

    private void SendUntilEmpty()
    {
        while (true)
        {
            if (IsAborted)
            {
                DropUnsent();
                return;
            }

            // The next sender may start the moment TryTake returns false.
            if (_unsent.IsEmpty && !Outbound.TryTake(ref _unsent, out bool finished))
            {
                if (finished)
                {
                    ShutdownSending();
                }

                return;
            }

            int sent = FrontSender.Send(loop.System, _descriptor.Descriptor, _unsent.Head!, loop.MaximumSendBytes);
            if (sent >= 0)
            {
                _unsent.RemoveFront(sent, Resources.Segments);
                AccountSent(sent);
            }
            else if (sent == -Errno.TryAgain)
            {
                if (Park())
                {
                    return;
                }
            }
            else if (sent != -Errno.Interrupted)
            {
                Abort(SocketErrors.Classify(Errno.ToSocketError(-sent)));
            }
        }
    }

    private void DropUnsent()
    {
        if (Outbound.QueuedBytes > 0)
        {
            // The kernel drops its part too, instead of keeping it for a peer that does not read, and the peer does not take a piece for the whole.
            loop.System.ResetOnClose(_descriptor.Descriptor);
        }

        Outbound.Abandon(ref _unsent);
    }

    /// <summary>Leaves the rest to the loop. False: go on, there is room or it was aborted.</summary>
    private bool Park()
    {
        ReportStalled();
        if (!_sendTurn.TryPark())
        {
            return false;
        }

        // Either this sees the abort, or the end of the receive path sees the parked sender.
        return !(IsAborted && _sendTurn.TryResume());
    }

    /// <summary>FIN instead of a close: closing with unread input would send a reset that could overtake the goaway.</summary>
    private void ShutdownSending()
    {
        if (loop.System.ShutdownSending(_descriptor.Descriptor) < 0)
        {
            Abort(CloseReason.Aborted);
        }
    }
}
