using FastRegistry.Node.Configuration;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>All deadlines of one session in one wheel entry, at the earliest of them. A struct inside the session: no object of its own.</summary>
/// <remarks>
/// The receive path stores ticks; <see cref="Evaluate"/> runs on the wheel's thread when the entry comes due, decides what is over and returns when to look
/// again. A tick stored while it decides is seen at the next look, which a due deadline never skips. The wheel looks at least once per idle time, so
/// what is stored without arming the entry (a stall) is seen before it can be over. Moments that lie at most one of its deadlines back are kept as
/// <see cref="RecentTime"/>, in half the space.
/// </remarks>
internal struct SessionDeadlines
{
    private long _openedAt;
    private long _lastReceived;
    private OutputStalls? _stalls;
    private uint _frameStartedAt;
    private uint _probedAt;
    private uint _closingAt;
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

        /// <summary>Silent for the time of silence and probe together, while output stands still that would have been in a probe's way: the same as an unanswered
        /// probe, provided that nothing it sent is waiting to be read.</summary>
        SilentBehindOutput,
        LingerOver,
    }

    /// <summary>Wheel time of the accept.</summary>
    public readonly long OpenedAt => _openedAt;

    /// <summary>Wheel time of the last byte.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>A goaway of ours was sent; the linger deadline runs.</summary>
    public bool IsClosing => Volatile.Read(ref _closingAt) != RecentTime.None;

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
        wheel.Arm(entry, now, LookMilliseconds(options));
    }

    /// <summary>The output stands still from now on, at <paramref name="sentBytes"/>. The sending thread, once per wait: two stores.</summary>
    public void Stalled(long now, long sentBytes) => EnsureStalls().Output.Note(now, sentBytes);

    /// <summary>The streams may go no further for now, at <paramref name="sentBytes"/>. Any thread; counts when they have moved since the last time.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="sentBytes">Bytes of streams sent so far.</param>
    /// <param name="restart">A stream is about to begin: its time starts now, wherever the others stand.</param>
    public void StreamsStalled(long now, long sentBytes, bool restart)
    {
        OutputStalls stalls = EnsureStalls();
        if (restart || !stalls.Streams.IsAt(sentBytes))
        {
            stalls.Streams.Note(now, sentBytes);
        }
    }

    /// <summary>Something arrived.</summary>
    /// <param name="wheel">The wheel.</param>
    /// <param name="entry">The session's entry.</param>
    /// <param name="options">The times.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="wholeFrames">At least one frame was completed.</param>
    /// <param name="partialFrame">A frame has begun and is not complete.</param>
    /// <param name="isWatched">The peer has not taken or acknowledged everything: the wheel must look at its progress, so activity alone may not postpone that.</param>
    public void Received(TimingWheel wheel, int entry, DeadlineOptions options, long now, bool wholeFrames, bool partialFrame, bool isWatched)
    {
        Volatile.Write(ref _lastReceived, now);
        if (IsClosing)
        {
            // Asked to move and still served: what it says does not postpone the end.
            return;
        }

        if (partialFrame)
        {
            if (_frameStartedAt == RecentTime.None || wholeFrames)
            {
                Volatile.Write(ref _frameStartedAt, RecentTime.Of(now));
                if (_ready)
                {
                    wheel.Arm(entry, now, Milliseconds(options.StartedFrame));
                }
            }

            return;
        }

        bool hadStarted = _frameStartedAt != RecentTime.None;
        Volatile.Write(ref _frameStartedAt, RecentTime.None);
        if (_ready && !hadStarted && !isWatched && Volatile.Read(ref _probedAt) == RecentTime.None)
        {
            wheel.Touch(entry, now);
        }
    }

    /// <summary>A push waits for its ack: the wheel looks when it must have come. Any thread, while the entry is the session's own.</summary>
    public void AwaitAck(TimingWheel wheel, int entry, DeadlineOptions options, TimeSpan ackDeadline, long now)
    {
        // Where something shorter may be armed, leave it: whatever the wheel looks for, it looks for acks too.
        if (!IsClosing && Volatile.Read(ref _probedAt) == RecentTime.None && Volatile.Read(ref _frameStartedAt) == RecentTime.None)
        {
            wheel.Arm(entry, now, Math.Min(Milliseconds(ackDeadline), LookMilliseconds(options)));
        }
    }

    /// <summary>A goaway was sent; the peer has a moment to read it.</summary>
    public void Closing(TimingWheel wheel, int entry, DeadlineOptions options, long now)
    {
        Volatile.Write(ref _closingAt, RecentTime.Of(now));
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
        if (Volatile.Read(ref _closingAt) is var closing and not RecentTime.None)
        {
            return Judge(wheel, RecentTime.At(closing, now), options.Linger, now, Verdict.LingerOver, out next);
        }

        if (!Volatile.Read(ref _ready))
        {
            return Judge(wheel, _openedAt, options.Handshake, now, Verdict.HandshakeOver, out next);
        }

        Verdict verdict = EvaluateSilence(wheel, options, outbound, now, out next);
        if (verdict is Verdict.Wait or Verdict.Probe && Volatile.Read(ref _frameStartedAt) is var started and not RecentTime.None)
        {
            long startedAt = RecentTime.At(started, now);
            if (outbound.IsAboveHighWaterMark && Interlocked.CompareExchange(ref _frameStartedAt, RecentTime.Of(now), started) == started)
            {
                // The input is not read meanwhile, so the rest of the frame may be there already: it gets its time again.
                startedAt = now;
            }

            Verdict frame = Judge(wheel, startedAt, options.StartedFrame, now, Verdict.FrameOver, out Deadline frameDue);
            if (frame == Verdict.FrameOver)
            {
                return frame;
            }

            next = Earlier(next, frameDue);
        }

        return verdict is Verdict.Wait or Verdict.Probe && IsStreamStuck(wheel, options, streamProgress, now, ref next) ? Verdict.SlowConsumer : verdict;
    }

    /// <summary>A stream the client gives no credit for is not read either.</summary>
    private readonly bool IsStreamStuck(TimingWheel wheel, DeadlineOptions options, long progress, long now, ref Deadline next)
    {
        return progress >= 0 && Volatile.Read(in _stalls) is { } stalls && stalls.Streams.IsAt(progress) && IsStallOver(wheel, options, stalls.Streams.Since, now, ref next);
    }

    /// <summary>Whether a stall has lasted too long; if not, the next look is no later than its end.</summary>
    private static bool IsStallOver(TimingWheel wheel, DeadlineOptions options, long stalledAt, long now, ref Deadline next)
    {
        long left = wheel.Effective(stalledAt) + Milliseconds(options.SlowConsumer) - now;
        if (left > 0)
        {
            next = Earlier(next, Deadline.After(now, (int)Math.Min(left, int.MaxValue)));
        }

        return left <= 0;
    }

    private Verdict EvaluateSilence(TimingWheel wheel, DeadlineOptions options, OutboundChain outbound, long now, out Deadline next)
    {
        if (outbound.QueuedBytes > 0)
        {
            return EvaluateOutput(wheel, options, outbound, now, out next);
        }

        long lastReceived = Volatile.Read(ref _lastReceived);
        if (_probedAt != RecentTime.None)
        {
            // On a quick network the answer arrives within the millisecond of the probe.
            long probedAt = RecentTime.At(_probedAt, now);
            if (lastReceived < probedAt)
            {
                return Judge(wheel, probedAt, options.ProbeAnswer, now, Verdict.ProbeOver, out next);
            }

            Volatile.Write(ref _probedAt, RecentTime.None);
        }

        Verdict verdict = Judge(wheel, lastReceived, options.IdleProbe, now, Verdict.Probe, out next);
        if (verdict == Verdict.Probe)
        {
            Volatile.Write(ref _probedAt, RecentTime.Of(now));
            next = Deadline.After(now, Milliseconds(options.ProbeAnswer));
        }
        else if (options.SlowConsumer < options.IdleProbe)
        {
            next = Earlier(next, Deadline.After(now, LookMilliseconds(options)));
        }

        return verdict;
    }

    /// <summary>A probe would only queue behind what is not being read, so what waits is the probe, and progress decides.</summary>
    private Verdict EvaluateOutput(TimingWheel wheel, DeadlineOptions options, OutboundChain outbound, long now, out Deadline next)
    {
        // Looking once per idle time, so that silence is noticed as soon as ever when it reads again.
        _probedAt = RecentTime.None;
        next = Deadline.After(now, LookMilliseconds(options));
        if (Volatile.Read(ref _stalls) is not { } stalls || !stalls.Output.IsAt(outbound.SentBytes))
        {
            // It moves, a sender is at work this moment, or the stall that was noted is over.
            return Verdict.Wait;
        }

        long stalledAt = stalls.Output.Since;
        if (IsStallOver(wheel, options, stalledAt, now, ref next))
        {
            return Verdict.SlowConsumer;
        }

        long silentSince = wheel.Effective(Volatile.Read(ref _lastReceived)) + Milliseconds(options.IdleProbe);
        long left = Math.Max(silentSince, wheel.Effective(stalledAt)) + Milliseconds(options.ProbeAnswer) - now;
        if (left <= 0)
        {
            return Verdict.SilentBehindOutput;
        }

        next = Earlier(next, Deadline.After(now, (int)Math.Min(left, int.MaxValue)));
        return Verdict.Wait;
    }

    private static Verdict Judge(TimingWheel wheel, long start, TimeSpan timeout, long now, Verdict over, out Deadline next)
    {
        next = Deadline.After(start, Milliseconds(timeout));
        return wheel.Effective(start) + Milliseconds(timeout) <= now ? over : Verdict.Wait;
    }

    private OutputStalls EnsureStalls()
    {
        if (Volatile.Read(ref _stalls) is { } there)
        {
            return there;
        }

        OutputStalls made = new();
        return Interlocked.CompareExchange(ref _stalls, made, null) ?? made;
    }

    /// <summary>The wheel looks at least this often, so that no stall is seen late.</summary>
    private static int LookMilliseconds(DeadlineOptions options) =>
        Milliseconds(options.SlowConsumer < options.IdleProbe ? options.SlowConsumer : options.IdleProbe);

    private static Deadline Earlier(Deadline a, Deadline b) => a.Start + a.TimeoutMilliseconds <= b.Start + b.TimeoutMilliseconds ? a : b;

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;
}
