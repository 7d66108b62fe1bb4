using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using FastRegistry.Wire.Outbound;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>A TCP connection on a bare descriptor and an event loop.</summary>
/// <remarks>
/// Its receive path always runs on the loop's thread: bytes come into the loop's own buffer, and only what the handler does not consume is kept here. Sending
/// runs on whichever thread became the active sender; when the kernel's buffer is full, the loop goes on. Other threads ask the loop through
/// <see cref="Request"/>. The connection has the descriptor's first share, which the end of the receive path gives back. Idle, it holds nothing but this
/// object, its chain and a slot of the loop.
/// </remarks>
internal sealed class EpollConnection(int descriptor, EpollLoop loop, TransportResources resources) : Connection(resources), ILoopSource, ILoopItem
{
    // Small segments go out together, copied: that costs less than a call that takes many pieces, or many calls.
    private const int GatheredBytes = 16 * 1024;

    private DescriptorLease _descriptor = new(descriptor);
    private int _requests;
    private ILoopItem? _nextInInbox;

    // From here on for the active sender only.
    private SegmentList _unsent;
    private SendTurn _sendTurn;

    // From here on for the loop's thread only.
    private ulong _registration;
    private UnconsumedInput _unconsumed;
    private bool _started;
    private bool _paused;
    private bool _readsToEnd;
    private bool _ended;

    /// <summary>What other threads ask the loop to do.</summary>
    [Flags]
    private enum ConnectionRequests
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

    /// <summary>Valid while it is open.</summary>
    internal int Descriptor => _descriptor.Descriptor;

    ILoopItem? ILoopItem.NextInInbox
    {
        get => _nextInInbox;
        set => _nextInInbox = value;
    }

    /// <summary>After this many receives the other connections of the loop have their turn, even if the peer never stops sending.</summary>
    private protected override int ReceivesPerTurn => 4;

    void ILoopItem.RunOnLoop()
    {
        ConnectionRequests requests = (ConnectionRequests)Interlocked.Exchange(ref _requests, 0);
        if ((requests & ConnectionRequests.Start) != 0)
        {
            Attach();
        }

        if (!_started)
        {
            // It was aborted before it was started.
            EndIfAborted();
        }
        else if (!_ended && (requests & (ConnectionRequests.Receive | ConnectionRequests.Close)) != 0)
        {
            // What the kernel reported while receiving was paused is not known any more: read until there is nothing.
            Receive(toEnd: true);
        }
    }

    void ILoopSource.OnReady(EpollEvents events)
    {
        if ((events & (EpollEvents.Writable | EpollEvents.Error | EpollEvents.HangUp)) != 0)
        {
            ResumeSending();
        }

        if (!_paused && !_ended && (events & (EpollEvents.Readable | EpollEvents.Ending)) != 0)
        {
            ResumeFromWait();
            Receive(toEnd: (events & EpollEvents.Ending) != 0);
        }
    }

    void ILoopSource.OnLoopEnding()
    {
        Abort(CloseReason.Aborted);
        EndIfAborted();
    }

    /// <inheritdoc/>
    private protected override void StartReceiving() => Request(ConnectionRequests.Start);

    /// <inheritdoc/>
    private protected override void ContinueReceiving() => Request(ConnectionRequests.Receive);

    /// <inheritdoc/>
    private protected override void CloseTransport() => Request(ConnectionRequests.Close);

    /// <inheritdoc/>
    private protected override bool DeliverUnconsumedInput()
    {
        while (_unconsumed.Pipe is not null)
        {
            if (!CanDeliver)
            {
                return false;
            }

            if (!_unconsumed.TryRead(out ReadOnlySequence<byte> buffer))
            {
                return true;
            }

            _unconsumed.Advance(buffer, Deliver(buffer), Resources);
        }

        return true;
    }

    /// <inheritdoc/>
    private protected override bool ReceiveOnce()
    {
        int received = loop.Receive(Descriptor);
        if (received > 0)
        {
            if (CloseReason is null)
            {
                Take(received);
            }
            else if (!_unconsumed.TryDiscard(received, Resources))
            {
                Abort(CloseReason.Aborted);
            }

            // The kernel does not report an end a second time, so after such a report the socket is read until the end is found.
            return received < EpollLoop.ReceiveBytes && !_readsToEnd;
        }

        if (received == -Errno.TryAgain)
        {
            return true;
        }

        if (received != -Errno.Interrupted)
        {
            Abort(received == 0 ? CloseReason.PeerClosed : CloseReason.FromSocketError(Errno.ToSocketError(-received)));
        }

        return false;
    }

    /// <inheritdoc/>
    private protected override bool TryWaitForInput()
    {
        // Edge-triggered: the loop reports the next input without being asked.
        BeginWait();
        return true;
    }

    /// <summary>Ends receiving, on the loop's thread. The last thread that still sends closes the descriptor when it leaves.</summary>
    private protected override void EndReceiving()
    {
        if (!_ended)
        {
            _ended = true;
            _unconsumed.Clear(Resources);
            loop.Detach(_registration);
            if (_sendTurn.TryResume())
            {
                // Drops what a parked sender left.
                Send();
            }

            _descriptor.Return(loop.System);
        }

        if (_started)
        {
            NotifyClosed();
        }
    }

    /// <inheritdoc/>
    private protected override void StartSending()
    {
        _sendTurn.Begin();
        Send();
    }

    private void Request(ConnectionRequests what)
    {
        if (Interlocked.Or(ref _requests, (int)what) == 0)
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
        _registration = loop.Attach(this, Descriptor, EpollEvents.Connection, out int error);
        if (_registration == 0)
        {
            Abort(CloseReason.FromSocketError(Errno.ToSocketError(error)));
            EndReceiving();
        }
    }

    private void Receive(bool toEnd)
    {
        _readsToEnd = toEnd;
        _paused = false;
        _paused = ReceiveUntilDrained();
    }

    /// <summary>Gives the handler what was received, behind what it left the last time.</summary>
    private void Take(int received)
    {
        if (_unconsumed.Pipe is not null)
        {
            _unconsumed.Append(loop.Received(received).Span, Resources);
            return;
        }

        bool keptSome = _unconsumed.Block is not null;
        ReadOnlySequence<byte> buffer = new(loop.Received(received, keptSome ? _unconsumed.InBlock : default));
        ReceiveResult result = Deliver(buffer);

        // Fast path: the handler has consumed all of it, so there is nothing to keep.
        if (keptSome || !result.Consumed.Equals(buffer.End))
        {
            _unconsumed.Keep(buffer.Slice(result.Consumed), seen: result.Examined.Equals(buffer.End), Resources);
        }
    }

    private void EndIfAborted()
    {
        if (IsAborted)
        {
            EndReceiving();
        }
    }

    /// <summary>The socket may be writable again: takes over from a sender that was parked. On the loop's thread.</summary>
    private void ResumeSending()
    {
        if (_sendTurn.OnWritable())
        {
            Send();
        }
    }

    /// <summary>Sends until nothing is left or the kernel is full. The caller is the active sender.</summary>
    private void Send()
    {
        if (!_descriptor.TryTake())
        {
            // The descriptor is closed, so the connection was aborted.
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

            int sent = SendFront(_unsent.Head!);
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
                Abort(CloseReason.FromSocketError(Errno.ToSocketError(-sent)));
            }
        }
    }

    private void DropUnsent()
    {
        if (Outbound.QueuedBytes > 0)
        {
            // The kernel drops its part too, instead of keeping it for a peer that does not read, and by the reset the peer knows that what it has is not all.
            loop.System.ResetOnClose(_descriptor.Descriptor);
        }

        Outbound.Abandon(ref _unsent);
    }

    /// <summary>Leaves the rest to the loop. False: the caller goes on, because there is room or the connection was aborted.</summary>
    private bool Park()
    {
        ReportStalled();
        if (!_sendTurn.TryPark())
        {
            return false;
        }

        // Either this thread sees the abort, or the end of the receive path sees the parked sender.
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

    /// <summary>Sends the front of the chain in one call. Returns what the kernel took, or its error.</summary>
    private int SendFront(OutboundSegment head)
    {
        ReadOnlySpan<byte> first = head.Memory.Span;
        return head.Next is null || first.Length >= GatheredBytes
            ? loop.System.Send(Descriptor, first[..Math.Min(first.Length, loop.MaximumSendBytes)])
            : SendGathered(head);
    }

    [SkipLocalsInit]
    private int SendGathered(OutboundSegment head)
    {
        Span<byte> gathered = stackalloc byte[GatheredBytes];
        gathered = gathered[..Math.Min(GatheredBytes, loop.MaximumSendBytes)];
        int bytes = 0;
        for (OutboundSegment? segment = head; segment is not null && bytes < gathered.Length; segment = segment.Next)
        {
            ReadOnlySpan<byte> part = segment.Memory.Span;
            part = part[..Math.Min(part.Length, gathered.Length - bytes)];
            part.CopyTo(gathered[bytes..]);
            bytes += part.Length;
        }

        return loop.System.Send(Descriptor, gathered[..bytes]);
    }
}

/// <summary>The state of a connection's active sender: sending, or parked until the kernel has room again.</summary>
/// <remarks>
/// A mutable struct in a field of its connection. The chain admits one sender at a time; this hands its work to the loop when the kernel is full.
/// Room that appears between the failed send and the parking is remembered, because an edge is reported once.
/// </remarks>
internal struct SendTurn
{
    private const int Sending = 0;
    private const int RoomSeen = 1;
    private const int Parked = 2;

    private int _state;

    /// <summary>A sender begins, or goes on: room seen before this moment says nothing about the sends to come.</summary>
    public void Begin() => Volatile.Write(ref _state, Sending);

    /// <summary>The kernel is full. False: there was room meanwhile, try again. True: the work is the loop's, or belongs to the caller that takes it by
    /// <see cref="TryResume"/>.</summary>
    public bool TryPark()
    {
        if (Interlocked.CompareExchange(ref _state, Parked, Sending) == Sending)
        {
            return true;
        }

        Begin();
        return false;
    }

    /// <summary>Takes over from a parked sender. Thread-safe; one caller gets it.</summary>
    public bool TryResume() => Interlocked.CompareExchange(ref _state, Sending, Parked) == Parked;

    /// <summary>The kernel reports room for output. True: the caller takes the parked sender's work over.</summary>
    public bool OnWritable()
    {
        int seen = Interlocked.CompareExchange(ref _state, RoomSeen, Sending);
        return seen == Parked && TryResume();
    }
}

/// <summary>A descriptor that several threads use and the last of them closes.</summary>
/// <remarks>
/// So no call ever reaches a number that the kernel has given to another file meanwhile.
/// A mutable struct in a field of its owner. The owner has a share from the beginning and returns it once; other threads take one for the time of a call
/// and get none once it is closed.
/// </remarks>
internal struct DescriptorLease(int descriptor)
{
    private int _shares = 1;

    /// <summary>Valid while the caller has a share.</summary>
    public readonly int Descriptor { get; } = descriptor;

    /// <summary>False when it is closed. Otherwise followed by <see cref="Return"/>.</summary>
    public bool TryTake()
    {
        int shares = Volatile.Read(ref _shares);
        while (shares > 0)
        {
            int seen = Interlocked.CompareExchange(ref _shares, shares + 1, shares);
            if (seen == shares)
            {
                return true;
            }

            shares = seen;
        }

        return false;
    }

    public void Return(ISystemCalls system)
    {
        if (Interlocked.Decrement(ref _shares) == 0)
        {
            // Linux has closed it, whatever the call returns.
            system.Close(Descriptor);
        }
    }
}
