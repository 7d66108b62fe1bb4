using System.Buffers;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>A TCP connection on a bare descriptor and an event loop: what the loop calls, and the receive path. How it sends is its base.</summary>
/// <remarks>
/// Its receive path runs on the loop's thread, always: bytes come into the loop's own buffer, and only what the handler leaves is kept here. Other threads ask
/// the loop through <see cref="Want"/>. Idle, it holds nothing but this object, its chain and a slot of the loop.
/// </remarks>
internal sealed class EpollConnection(int descriptor, EpollLoop loop, TransportResources resources)
    : EpollSendingSide(descriptor, loop, resources), ILoopSource, ILoopItem
{
    // A peer that never stops sending lets the others have their turn after this many receives.
    private const int ReceivesPerTurn = 4;

    // What a peer may still send after it was told goaway; more is not worth reading.
    private const int MaximumDiscardedBytes = 256 * 1024;

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
        if ((events & (EpollEvents.Writable | EpollEvents.Error | EpollEvents.HangUp)) != 0)
        {
            GoOnSending();
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

    /// <inheritdoc/>
    protected override void StartReceiving() => Want(Wanted.Start);

    /// <inheritdoc/>
    protected override void ContinueReceiving() => Want(Wanted.Receive);

    /// <inheritdoc/>
    protected override void CloseTransport() => Want(Wanted.Close);

    private void Want(Wanted what)
    {
        if (Interlocked.Or(ref _wanted, (int)what) == 0)
        {
            Loop.Post(this);
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
        _registration = Loop.Attach(this, Descriptor, EpollEvents.Connection, out int error);
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
        int received = Loop.Receive(Descriptor);
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
            _kept.Append(Loop.Received(received).Span, Resources);
            return;
        }

        ReadOnlySequence<byte> buffer = new(Loop.Received(received, _kept.InBlock));
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
            Loop.Detach(_registration);
            EndSending();
        }

        if (_started)
        {
            NotifyClosed();
        }
    }
}
