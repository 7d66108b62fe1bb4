using FastRegistry.Server.Configuration;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Sessions;

/// <summary>All deadlines of one session in one wheel entry, at the earliest of them. A struct inside the session: no object of its own.</summary>
/// <remarks>
/// The receive path stores ticks; <see cref="Evaluate"/> runs on the wheel's thread when the entry comes due, decides what is over and returns when to look
/// again. A tick stored while it decides is seen at the next look, which a due deadline never skips.
/// </remarks>
internal struct SessionDeadlines
{
    private long _openedAt;
    private long _lastReceived;
    private long _frameStartedAt;
    private long _probedAt;
    private long _closingAt;
    private long _stuckSince;
    private long _streamStuckSince;
    private long _streamBytes;
    private long _sentBytes;
    private bool _ready;

    /// <summary>What is over.</summary>
    public enum Verdict
    {
        Wait,
        HandshakeOver,
        FrameOver,
        Probe,
        ProbeOver,
        SlowConsumer,
        LingerOver,
    }

    public void Open(TimingWheel wheel, int entry, DeadlineOptions options, long now)
    {
        _openedAt = now;
        _lastReceived = now;
        wheel.Arm(entry, now, Milliseconds(options.Handshake));
    }

    /// <summary>Set-up is done: from now on silence counts.</summary>
    public void Ready(TimingWheel wheel, int entry, DeadlineOptions options, long now)
    {
        _lastReceived = now;
        Volatile.Write(ref _ready, true);
        wheel.Arm(entry, now, Milliseconds(options.IdleProbe));
    }

    /// <summary>Something arrived.</summary>
    /// <param name="wheel">The wheel.</param>
    /// <param name="entry">The session's entry.</param>
    /// <param name="options">The times.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="wholeFrames">At least one frame was completed.</param>
    /// <param name="partialFrame">A frame has begun and is not complete.</param>
    /// <param name="outputWaits">The peer has not taken everything: the wheel must look at its progress, so activity alone may not postpone that.</param>
    public void Received(TimingWheel wheel, int entry, DeadlineOptions options, long now, bool wholeFrames, bool partialFrame, bool outputWaits)
    {
        Volatile.Write(ref _lastReceived, now);
        if (partialFrame)
        {
            if (_frameStartedAt == 0 || wholeFrames)
            {
                // 0 means none, so the very first millisecond counts as the second.
                Volatile.Write(ref _frameStartedAt, Math.Max(now, 1));
                if (_ready)
                {
                    wheel.Arm(entry, now, Milliseconds(options.StartedFrame));
                }
            }

            return;
        }

        bool hadStarted = _frameStartedAt != 0;
        Volatile.Write(ref _frameStartedAt, 0);
        if (_ready && !hadStarted && !outputWaits && Volatile.Read(ref _probedAt) == 0)
        {
            wheel.Touch(entry, now);
        }
    }

    /// <summary>A goaway was sent; the peer has a moment to read it.</summary>
    public void Closing(TimingWheel wheel, int entry, DeadlineOptions options, long now)
    {
        Volatile.Write(ref _closingAt, Math.Max(now, 1));
        wheel.Arm(entry, now, Milliseconds(options.Linger));
    }

    /// <summary>Decides, on the wheel's thread, what is over at <paramref name="now"/>.</summary>
    /// <param name="wheel">The wheel.</param>
    /// <param name="options">The times.</param>
    /// <param name="outbound">What waits to be sent.</param>
    /// <param name="streamProgress">Bytes of streams sent so far; -1 = none is open.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="next">When to look again.</param>
    public Verdict Evaluate(TimingWheel wheel, DeadlineOptions options, OutboundChain outbound, long streamProgress, long now, out Deadline next)
    {
        if (Volatile.Read(ref _closingAt) is var closing and not 0)
        {
            return Judge(wheel, closing, options.Linger, now, Verdict.LingerOver, out next);
        }

        if (!Volatile.Read(ref _ready))
        {
            return Judge(wheel, _openedAt, options.Handshake, now, Verdict.HandshakeOver, out next);
        }

        Verdict verdict = EvaluateSilence(wheel, options, outbound, now, out next);
        if (verdict is Verdict.Wait or Verdict.Probe && Volatile.Read(ref _frameStartedAt) is var started and not 0)
        {
            if (outbound.IsBehind && Interlocked.CompareExchange(ref _frameStartedAt, Math.Max(now, 1), started) == started)
            {
                // The input is not read meanwhile, so the rest of the frame may be there already: it gets its time again.
                started = now;
            }

            Verdict frame = Judge(wheel, started, options.StartedFrame, now, Verdict.FrameOver, out Deadline frameDue);
            if (frame == Verdict.FrameOver)
            {
                return frame;
            }

            next = Earlier(next, frameDue);
        }

        return verdict is Verdict.Wait or Verdict.Probe && IsStreamStuck(wheel, options, streamProgress, now, ref next) ? Verdict.SlowConsumer : verdict;
    }

    /// <summary>A stream the client gives no credit for is not read either.</summary>
    private bool IsStreamStuck(TimingWheel wheel, DeadlineOptions options, long progress, long now, ref Deadline next)
    {
        if (progress < 0)
        {
            _streamStuckSince = 0;
            return false;
        }

        if (progress != _streamBytes || _streamStuckSince == 0)
        {
            _streamBytes = progress;
            _streamStuckSince = Math.Max(now, 1);
        }

        bool stuck = Judge(wheel, _streamStuckSince, options.SlowConsumer, now, Verdict.SlowConsumer, out Deadline due) == Verdict.SlowConsumer;
        next = Earlier(next, due);
        return stuck;
    }

    private Verdict EvaluateSilence(TimingWheel wheel, DeadlineOptions options, OutboundChain outbound, long now, out Deadline next)
    {
        if (outbound.QueuedBytes > 0)
        {
            // A probe would only queue behind what is not being read; progress decides.
            long sent = outbound.SentBytes;
            if (sent != _sentBytes || _stuckSince == 0)
            {
                _sentBytes = sent;
                _stuckSince = Math.Max(now, 1);
            }

            _probedAt = 0;
            return Judge(wheel, _stuckSince, options.SlowConsumer, now, Verdict.SlowConsumer, out next);
        }

        _stuckSince = 0;
        long lastReceived = Volatile.Read(ref _lastReceived);
        if (_probedAt != 0)
        {
            // On a quick network the answer arrives within the millisecond of the probe.
            if (lastReceived < _probedAt)
            {
                return Judge(wheel, _probedAt, options.ProbeAnswer, now, Verdict.ProbeOver, out next);
            }

            Volatile.Write(ref _probedAt, 0);
        }

        Verdict verdict = Judge(wheel, lastReceived, options.IdleProbe, now, Verdict.Probe, out next);
        if (verdict == Verdict.Probe)
        {
            Volatile.Write(ref _probedAt, Math.Max(now, 1));
            next = Deadline.After(now, Milliseconds(options.ProbeAnswer));
        }

        return verdict;
    }

    private static Verdict Judge(TimingWheel wheel, long start, TimeSpan timeout, long now, Verdict over, out Deadline next)
    {
        next = Deadline.After(start, Milliseconds(timeout));
        return wheel.Effective(start) + Milliseconds(timeout) <= now ? over : Verdict.Wait;
    }

    private static Deadline Earlier(Deadline a, Deadline b) => a.Start + a.TimeoutMilliseconds <= b.Start + b.TimeoutMilliseconds ? a : b;

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;
}
