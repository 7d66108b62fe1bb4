using System.IO.Pipelines;

namespace FastRegistry.Tests;

/// <summary>
/// One direction of a connection: what is written waits in the send buffer for the line, leaves it in pieces at the rate of the link, arrives after the delay
/// and waits in the receive window for the reader. Nothing is dropped or overtaken, because it is a stream.
/// </summary>
/// <remarks>
/// All members expect the lock of the network. The bytes stay in one chain; this class moves three offsets over it, sent, arrived and consumed, so that a piece
/// costs one event, and two more when others wait behind it. What makes everything on the way invalid (a stall, a cut) counts up a generation.
/// </remarks>
internal sealed class SimulatedLink : INetworkEventTarget
{
    private const int LargestPieceBytes = 16 * 1024;
    private const int SmallestPieceBytes = 1460;
    private const int BitsPerByte = 8;

    // On a slow line a piece is what passes in ten milliseconds.
    private const int PiecesPerSecond = 100;

    private readonly SimulatedNetwork _network;
    private readonly SimulatedConnection _connection;
    private readonly SegmentChain _chain;
    private readonly LinkOptions _options;
    private readonly long _backDelay;
    private readonly long _pieceBytes;
    private readonly long _windowStep;

    private long _sent;
    private long _piece;
    private long _lineFreeAt;
    private long _remainder;
    private long _lastArrival;
    private long _windowTold;
    private long _windowKnown;
    private int _generation;
    private bool _lineFreeAsked;
    private bool _finishSent;
    private bool _readerGoneSent;
    private bool _endsWithReset;
    private bool _isStopped;

    public SimulatedLink(
        SimulatedNetwork network, SimulatedConnection connection, LinkOptions options, TimeSpan backDelay, TrafficCounters pair, PipeScheduler scheduler)
    {
        _network = network;
        _connection = connection;
        _options = options;
        _backDelay = backDelay.Ticks;
        _chain = network.NewChain();
        _pieceBytes = options.BitsPerSecond == 0
            ? long.MaxValue
            : Math.Clamp(options.BitsPerSecond / (PiecesPerSecond * BitsPerByte), SmallestPieceBytes, LargestPieceBytes);
        _windowStep = Math.Min(options.ReceiveWindowBytes / 2, LargestPieceBytes);
        Counters = new TrafficCounters(pair);
        Writer = new SimulatedWriter(this, _chain, network.NetworkLock, scheduler);
        Reader = new SimulatedReader(this, _chain, network.NetworkLock, scheduler);
    }

    public SimulatedWriter Writer { get; }

    public SimulatedReader Reader { get; }

    public TrafficCounters Counters { get; }

    /// <summary>Offset up to which the reader may read.</summary>
    public long Arrived { get; private set; }

    /// <summary>The end of the stream has arrived.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>The writer knows that nobody reads any more.</summary>
    public bool IsReaderGone { get; private set; }

    public bool IsWriterCompleted { get; private set; }

    public bool IsReaderCompleted { get; private set; }

    /// <summary>Both sides are done with it: nothing of it is left.</summary>
    public bool IsOver => IsWriterCompleted && IsReaderCompleted;

    /// <summary>What reader and writer throw after a reset.</summary>
    public Func<Exception>? Fault { get; private set; }

    public bool IsSendBufferFull => Buffered >= _options.SendBufferBytes;

    /// <summary>Bytes that have not left the line.</summary>
    private long Buffered => _chain.Committed - (_network.Now < _lineFreeAt ? _sent - _piece : _sent);

    private bool IsEnded => Fault is not null || IsFinished || IsReaderGone;

    /// <summary>The writer has committed more.</summary>
    public void WrittenLocked()
    {
        if (IsReaderGone && IsReaderCompleted)
        {
            _chain.Clear();
            return;
        }

        Counters.BufferedLocked(Buffered);
        TransmitLocked();
    }

    public void WriterCompletedLocked(bool withReset)
    {
        if (!IsWriterCompleted)
        {
            IsWriterCompleted = true;
            _endsWithReset = withReset;
            TransmitLocked();
            EndLocked();
        }
    }

    public void ReaderCompletedLocked()
    {
        if (!IsReaderCompleted)
        {
            bool isUnread = Arrived > _chain.Consumed;
            IsReaderCompleted = true;
            _chain.ConsumeTo(Arrived);
            if (isUnread)
            {
                SendReaderGoneLocked();
            }

            EndLocked();
        }
    }

    /// <summary>The reader is done with more: tells the sender, when it is worth a message.</summary>
    public void ConsumedLocked()
    {
        if (_chain.Consumed - _windowTold >= _windowStep)
        {
            _windowTold = _chain.Consumed;
            SendLocked(_network.Now + _backDelay, NetworkEventKind.Window, _windowTold);
        }
    }

    /// <summary>Nothing passes any more, and what is on the way is lost; <see cref="GoOnLocked"/> sends it again.</summary>
    public void StopLocked()
    {
        if (!_isStopped)
        {
            _isStopped = true;
            LoseLocked();
        }
    }

    public void GoOnLocked()
    {
        if (!_isStopped)
        {
            return;
        }

        _isStopped = false;
        _windowTold = _windowKnown = _chain.Consumed;
        if (IsReaderCompleted && !IsReaderGone)
        {
            SendReaderGoneLocked();
        }

        TransmitLocked();
    }

    /// <summary>Ends the stream where it has arrived.</summary>
    /// <param name="fault">Thrown on both sides; null = the reader sees an end and the writer that nobody reads.</param>
    public void CutLocked(Func<Exception>? fault)
    {
        if (IsOver)
        {
            return;
        }

        LoseLocked();
        Fault ??= fault;
        IsFinished |= fault is null;
        IsReaderGone |= fault is null;
        Reader.WakeLocked();
        Writer.WakeLocked();
    }

    public void OnEventLocked(in NetworkEvent what)
    {
        if (what.Generation != _generation)
        {
            return;
        }

        switch (what.Kind)
        {
            case NetworkEventKind.Arrival:
                ArriveLocked(what.Value);
                break;
            case NetworkEventKind.LineFree:
                _lineFreeAsked = false;
                TransmitLocked();
                break;
            case NetworkEventKind.Window:
                _windowKnown = what.Value;
                TransmitLocked();
                break;
            case NetworkEventKind.Finish when _endsWithReset:
                _connection.CutLocked(CutKind.Reset);
                break;
            case NetworkEventKind.Finish:
                IsFinished = true;
                Reader.WakeLocked();
                break;
            case NetworkEventKind.ReaderGone:
                LoseLocked();
                IsReaderGone = true;
                _chain.Clear();
                Writer.WakeLocked();
                break;
            default:
                throw new InvalidOperationException($"{what.Kind} is not for a link");
        }
    }

    private void TransmitLocked()
    {
        while (!_isStopped && !IsEnded)
        {
            long waiting = _chain.Committed - _sent;
            long bytes = Math.Min(Math.Min(waiting, _pieceBytes), _options.ReceiveWindowBytes - (_sent - _windowKnown));
            if (waiting == 0 && IsWriterCompleted)
            {
                SendFinishLocked();
            }

            bool isBusy = _network.Now < _lineFreeAt;
            if (isBusy && !_lineFreeAsked && (bytes > 0 || IsSendBufferFull || Writer.IsWaiting))
            {
                _lineFreeAsked = true;
                SendLocked(_lineFreeAt, NetworkEventKind.LineFree, 0);
            }

            if (isBusy || bytes <= 0)
            {
                break;
            }

            SendPieceLocked(bytes);
        }

        if (Writer.IsWaiting && Buffered <= _options.SendBufferBytes / 2)
        {
            Writer.WakeLocked();
        }
    }

    private void SendPieceLocked(long bytes)
    {
        long now = _network.Now;
        if (_options.BitsPerSecond > 0)
        {
            // What was rounded off goes to the next piece, as long as the line does not rest.
            long scaled = (bytes * BitsPerByte * TimeSpan.TicksPerSecond) + (now > _lineFreeAt ? 0 : _remainder);
            _lineFreeAt = now + (scaled / _options.BitsPerSecond);
            _remainder = scaled % _options.BitsPerSecond;
        }
        else
        {
            _lineFreeAt = now;
        }

        _piece = bytes;
        _sent += bytes;
        Counters.SentLocked(bytes, _sent - _chain.Consumed);
        _lastArrival = Math.Max(_lastArrival, _lineFreeAt + _options.Delay.Ticks + _network.NextJitterLocked(_options.Jitter));
        SendLocked(_lastArrival, NetworkEventKind.Arrival, _sent);
    }

    private void SendFinishLocked()
    {
        if (!_finishSent)
        {
            _finishSent = true;
            _lastArrival = Math.Max(_lastArrival, Math.Max(_network.Now, _lineFreeAt) + _options.Delay.Ticks);
            SendLocked(_lastArrival, NetworkEventKind.Finish, 0);
        }
    }

    private void SendReaderGoneLocked()
    {
        // A link that is stopped tells it when it goes on.
        if (!_readerGoneSent && !IsEnded && !_isStopped)
        {
            _readerGoneSent = true;
            SendLocked(_network.Now + _backDelay, NetworkEventKind.ReaderGone, 0);
        }
    }

    private void ArriveLocked(long offset)
    {
        if (offset <= Arrived)
        {
            return;
        }

        Counters.ArrivedLocked(offset - Arrived);
        Arrived = offset;
        if (IsReaderCompleted)
        {
            _chain.ConsumeTo(Arrived);
            SendReaderGoneLocked();
        }
        else
        {
            Reader.WakeLocked();
        }
    }

    /// <summary>Has something happen later, or now when it is due: a timer that is due at once would wait for the clock to be moved.</summary>
    private void SendLocked(long due, NetworkEventKind kind, long value)
    {
        if (_isStopped)
        {
            return;
        }

        NetworkEvent what = new(this, kind, value, _generation);
        if (due > _network.Now)
        {
            _network.Events.AddLocked(due, what);
        }
        else
        {
            OnEventLocked(what);
        }
    }

    private void LoseLocked()
    {
        _generation++;
        Counters.LostLocked(_sent - Arrived);
        _sent = Arrived;
        _lineFreeAt = _lastArrival = _network.Now;
        _lineFreeAsked = _readerGoneSent = false;
        _finishSent = IsFinished;
    }

    private void EndLocked()
    {
        if (IsOver)
        {
            LoseLocked();
            _chain.Clear();
            _connection.EndLocked();
        }
    }
}
