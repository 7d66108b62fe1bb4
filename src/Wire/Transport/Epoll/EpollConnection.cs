using System.Buffers;
using System.Net;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>A TCP connection on a bare descriptor and an event loop.</summary>
/// <remarks>
/// Its receive path runs on the loop's thread, always: bytes come into the loop's own buffer, and only what the handler leaves is kept here. Sending runs on
/// whichever thread became the active sender; when the kernel is full, the loop goes on. Other threads ask the loop through <see cref="Want"/>.
/// Idle, it holds nothing but this object, its chain and a slot of the loop.
/// </remarks>
internal sealed class EpollConnection(int descriptor, EpollLoop loop, TransportResources resources) : Connection(resources), ILoopSource, ILoopItem
{
    // A peer that never stops sending lets the others have their turn after this many receives.
    private const int ReceivesPerTurn = 4;

    // What a peer may still send after it was told goaway; more is not worth reading.
    private const int MaximumDiscardedBytes = 256 * 1024;

    private DescriptorLease _descriptor = new(descriptor);
    private SegmentList _unsent;
    private SendTurn _sendTurn;
    private int _wanted;
    private ILoopItem? _nextInInbox;

    // From here on for the loop's thread only.
    private ulong _registration;
    private KeptBytes _kept;
    private int _discardedBytes;
    private bool _started;
    private bool _paused;
    private bool _ended;

    /// <summary>What other threads ask the loop to do.</summary>
    [Flags]
    private enum Wanted
    {
        None = 0,
        Start = 1,
        Receive = 2,
        Close = 4,
    }

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

    /// <summary>For tests that look at its options; valid while it is open.</summary>
    internal int Descriptor => _descriptor.Descriptor;

    ILoopItem? ILoopItem.NextInInbox
    {
        get => _nextInInbox;
        set => _nextInInbox = value;
    }

    void ILoopItem.RunOnLoop()
    {
        Wanted wanted = (Wanted)Interlocked.Exchange(ref _wanted, 0);
        if ((wanted & Wanted.Start) != 0)
        {
            Attach();
        }

        if (!_started)
        {
            // Aborted before anybody owned it.
            EndIfAborted();
        }
        else if (!_ended && (wanted & (Wanted.Receive | Wanted.Close)) != 0)
        {
            // What the kernel reported while it was paused is not known any more: read until there is nothing.
            _paused = false;
            Receive(ending: true);
        }
    }

    void ILoopSource.OnReady(EpollEvents events)
    {
        if ((events & (EpollEvents.Writable | EpollEvents.Error | EpollEvents.HangUp)) != 0 && _sendTurn.NoteRoom())
        {
            Send();
        }

        if (!_paused && !_ended && (events & (EpollEvents.Readable | EpollEvents.Ending)) != 0)
        {
            ResumeFromWait();
            Receive((events & EpollEvents.Ending) != 0);
        }
    }

    void ILoopSource.OnLoopEnding()
    {
        Abort(CloseReason.Aborted);
        EndIfAborted();
    }

    /// <summary>Closes a connection that nobody has taken.</summary>
    internal void Drop() => Abort(CloseReason.Aborted);

    /// <inheritdoc/>
    protected override void StartReceiving() => Want(Wanted.Start);

    /// <inheritdoc/>
    protected override void ContinueReceiving() => Want(Wanted.Receive);

    /// <inheritdoc/>
    protected override void CloseTransport() => Want(Wanted.Close);

    /// <inheritdoc/>
    protected override void StartSending()
    {
        _sendTurn.Begin();
        Send();
    }

    private void Want(Wanted what)
    {
        if (Interlocked.Or(ref _wanted, (int)what) == 0)
        {
            loop.Post(this);
        }
    }

    private void Attach()
    {
        _started = true;
        if (IsAborted || _ended)
        {
            EndReceiving();
            return;
        }

        BeginWait();
        _registration = loop.Attach(this, _descriptor.Descriptor, EpollEvents.Connection, out int error);
        if (_registration == 0)
        {
            Abort(SocketErrors.Classify(Errno.ToSocketError(error)));
            EndReceiving();
        }
    }

    private void Receive(bool ending)
    {
        try
        {
            ReceiveUntilDrained(ending);
        }
#pragma warning disable CA1031 // Such as positions from a handler that are not in its buffer; it must cost this connection only.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Abort(new CloseReason(CloseKind.IoError, Text: fault.Message, Fault: fault));
            EndReceiving();
        }
    }

    private void ReceiveUntilDrained(bool ending)
    {
        bool drained = false;
        for (int turn = 0; ;)
        {
            if (IsAborted)
            {
                EndReceiving();
                return;
            }

            if (CloseReason is null)
            {
                DeliverKept();
                if (CloseReason is not null)
                {
                    continue;
                }

                if (IsHeldUp)
                {
                    if (TryPause())
                    {
                        _paused = true;
                        return;
                    }

                    continue;
                }
            }

            if (drained)
            {
                BeginWait();
                return;
            }

            if (turn++ == ReceivesPerTurn)
            {
                ContinueReceiving();
                return;
            }

            drained = ReceiveOnce(ending);
        }
    }

    /// <summary>One receive. True when it has emptied the socket: asking again would only cost a system call.</summary>
    private bool ReceiveOnce(bool ending)
    {
        int received = loop.Receive(_descriptor.Descriptor);
        if (received > 0)
        {
            if (CloseReason is null)
            {
                Take(received);
            }
            else
            {
                Discard(received);
            }

            // An end that was reported already is not reported again.
            return received < EpollLoop.ReceiveBytes && !ending;
        }

        if (received == -Errno.TryAgain)
        {
            return true;
        }

        if (received != -Errno.Interrupted)
        {
            Abort(received == 0 ? CloseReason.PeerClosed : SocketErrors.Classify(Errno.ToSocketError(-received)));
        }

        return false;
    }

    /// <summary>Gives the handler what was received, behind what it left the last time.</summary>
    private void Take(int received)
    {
        if (_kept.IsInPipe)
        {
            _kept.Append(loop.Received(received).Span, Resources);
            return;
        }

        ReadOnlySequence<byte> buffer = new(loop.Received(received, _kept.InBlock));
        ReceiveResult result = Deliver(buffer);
        _kept.Keep(buffer.Slice(result.Consumed), seen: result.Examined.Equals(buffer.End), Resources);
    }

    /// <summary>Lets the handler have what was kept, as long as it is new to it and the output is not behind.</summary>
    private void DeliverKept()
    {
        while (CloseReason is null && !IsHeldUp && _kept.TryRead(out ReadOnlySequence<byte> buffer))
        {
            _kept.Advance(buffer, Deliver(buffer), Resources);
        }
    }

    private void Discard(int received)
    {
        _kept.Clear(Resources);
        _discardedBytes += received;
        if (_discardedBytes > MaximumDiscardedBytes)
        {
            Abort(CloseReason.Aborted);
        }
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

    private void EndIfAborted()
    {
        if (IsAborted)
        {
            EndReceiving();
        }
    }

    /// <summary>The end, on the loop's thread: nothing is received any more, and whoever still sends closes the descriptor when it leaves.</summary>
    private void EndReceiving()
    {
        if (!_ended)
        {
            _ended = true;
            _kept.Clear(Resources);
            loop.Detach(_registration);
            if (_sendTurn.TryResume())
            {
                Send();
            }

            _descriptor.Return(loop.System);
        }

        if (_started)
        {
            NotifyClosed();
        }
    }
}
