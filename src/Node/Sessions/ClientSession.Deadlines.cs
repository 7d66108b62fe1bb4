using FastRegistry.Node.Configuration;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <content>All deadlines of a session in one wheel entry, at the earliest of them.</content>
/// <remarks>
/// The receive path stores ticks; <see cref="EvaluateDeadlines"/> runs on the wheel's thread when the entry comes due, decides what is over and returns when to
/// look again. A tick stored while it decides is seen at the next look, which a due deadline never skips. The wheel looks at least once per idle time, so
/// what is stored without arming the entry (a stall) is seen before it can be over. Moments that lie at most one of its deadlines back are kept as
/// <see cref="CompactTimestamp"/>, in half the space.
/// </remarks>
internal sealed partial class ClientSession
{
    /// <summary>What is over.</summary>
    private enum DeadlineVerdict
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

    private DeadlineOptions Deadlines => _services.Options.Deadlines;

    /// <summary>The wheel looks at least this often, so that no stall is seen late.</summary>
    private int LookMilliseconds => Milliseconds(Deadlines.SlowConsumer < Deadlines.IdleProbe ? Deadlines.SlowConsumer : Deadlines.IdleProbe);

    /// <summary>The output stands still from now on. The sending thread, once per wait: two stores.</summary>
    public void OnStalled() => EnsureStalls().Output.Note(_services.Wheel.Now, _connection.Outbound.SentBytes);

    /// <summary>The streams may go no further for now. Any thread; counts when they have moved since the last time.</summary>
    /// <param name="sentBytes">Bytes of streams sent so far.</param>
    /// <param name="restart">A stream is about to begin: its time starts now, wherever the others stand.</param>
    private void NoteStreams(long sentBytes, bool restart)
    {
        long now = _services.Wheel.Now;
        OutputStalls stalls = EnsureStalls();
        if (restart || !stalls.Streams.IsAt(sentBytes))
        {
            stalls.Streams.Note(now, sentBytes);
        }
    }

    /// <summary>Decides, on the wheel's thread, what is over at <paramref name="now"/>.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="next">When to look again.</param>
    private DeadlineVerdict EvaluateDeadlines(long now, out Deadline next)
    {
        long progress = StreamProgress;
        if (Volatile.Read(ref _closingAt) is var closing and not CompactTimestamp.None)
        {
            return Judge(CompactTimestamp.At(closing, now), Deadlines.Linger, now, DeadlineVerdict.LingerOver, out next);
        }

        if (!Volatile.Read(ref _isServing))
        {
            return Judge(_openedAt, Deadlines.Handshake, now, DeadlineVerdict.HandshakeOver, out next);
        }

        DeadlineVerdict verdict = EvaluateSilence(now, out next);
        if (verdict is DeadlineVerdict.Wait or DeadlineVerdict.Probe && Volatile.Read(ref _frameStartedAt) is var started and not CompactTimestamp.None)
        {
            long startedAt = CompactTimestamp.At(started, now);
            if (_connection.Outbound.IsAboveHighWaterMark && Interlocked.CompareExchange(ref _frameStartedAt, CompactTimestamp.Of(now), started) == started)
            {
                // The input is not read meanwhile, so the rest of the frame may be there already: it gets its time again.
                startedAt = now;
            }

            DeadlineVerdict frame = Judge(startedAt, Deadlines.StartedFrame, now, DeadlineVerdict.FrameOver, out Deadline frameDue);
            if (frame == DeadlineVerdict.FrameOver)
            {
                return frame;
            }

            next = Earlier(next, frameDue);
        }

        return verdict is DeadlineVerdict.Wait or DeadlineVerdict.Probe && IsStreamStuck(progress, now, ref next) ? DeadlineVerdict.SlowConsumer : verdict;
    }

    /// <summary>A stream the client gives no credit for is not read either.</summary>
    private bool IsStreamStuck(long progress, long now, ref Deadline next) =>
        progress >= 0 && Volatile.Read(ref _stalls) is { } stalls && stalls.Streams.IsAt(progress) && IsStallOver(stalls.Streams.Since, now, ref next);

    /// <summary>Whether a stall has lasted too long; if not, the next look is no later than its end.</summary>
    private bool IsStallOver(long stalledAt, long now, ref Deadline next)
    {
        long left = _services.Wheel.Effective(stalledAt) + Milliseconds(Deadlines.SlowConsumer) - now;
        if (left > 0)
        {
            next = Earlier(next, Deadline.After(now, (int)Math.Min(left, int.MaxValue)));
        }

        return left <= 0;
    }

    private DeadlineVerdict EvaluateSilence(long now, out Deadline next)
    {
        if (_connection.Outbound.QueuedBytes > 0)
        {
            return EvaluateOutput(now, out next);
        }

        long lastReceived = Volatile.Read(ref _lastReceived);
        if (_probedAt != CompactTimestamp.None)
        {
            // On a quick network the answer arrives within the millisecond of the probe.
            long probedAt = CompactTimestamp.At(_probedAt, now);
            if (lastReceived < probedAt)
            {
                return Judge(probedAt, Deadlines.ProbeAnswer, now, DeadlineVerdict.ProbeOver, out next);
            }

            Volatile.Write(ref _probedAt, CompactTimestamp.None);
        }

        DeadlineVerdict verdict = Judge(lastReceived, Deadlines.IdleProbe, now, DeadlineVerdict.Probe, out next);
        if (verdict == DeadlineVerdict.Probe)
        {
            Volatile.Write(ref _probedAt, CompactTimestamp.Of(now));
            next = Deadline.After(now, Milliseconds(Deadlines.ProbeAnswer));
        }
        else if (Deadlines.SlowConsumer < Deadlines.IdleProbe)
        {
            next = Earlier(next, Deadline.After(now, LookMilliseconds));
        }

        return verdict;
    }

    /// <summary>A probe would only queue behind what is not being read, so what waits is the probe, and progress decides.</summary>
    private DeadlineVerdict EvaluateOutput(long now, out Deadline next)
    {
        // Looking once per idle time, so that silence is noticed as soon as ever when it reads again.
        _probedAt = CompactTimestamp.None;
        next = Deadline.After(now, LookMilliseconds);
        if (Volatile.Read(ref _stalls) is not { } stalls || !stalls.Output.IsAt(_connection.Outbound.SentBytes))
        {
            // It moves, a sender is at work this moment, or the stall that was noted is over.
            return DeadlineVerdict.Wait;
        }

        long stalledAt = stalls.Output.Since;
        if (IsStallOver(stalledAt, now, ref next))
        {
            return DeadlineVerdict.SlowConsumer;
        }

        long silentSince = _services.Wheel.Effective(Volatile.Read(ref _lastReceived)) + Milliseconds(Deadlines.IdleProbe);
        long left = Math.Max(silentSince, _services.Wheel.Effective(stalledAt)) + Milliseconds(Deadlines.ProbeAnswer) - now;
        if (left <= 0)
        {
            return DeadlineVerdict.SilentBehindOutput;
        }

        next = Earlier(next, Deadline.After(now, (int)Math.Min(left, int.MaxValue)));
        return DeadlineVerdict.Wait;
    }

    private DeadlineVerdict Judge(long start, TimeSpan timeout, long now, DeadlineVerdict over, out Deadline next)
    {
        next = Deadline.After(start, Milliseconds(timeout));
        return _services.Wheel.Effective(start) + Milliseconds(timeout) <= now ? over : DeadlineVerdict.Wait;
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

    private static Deadline Earlier(Deadline a, Deadline b) => a.Start + a.TimeoutMilliseconds <= b.Start + b.TimeoutMilliseconds ? a : b;

    private static int Milliseconds(TimeSpan time) => (int)time.TotalMilliseconds;

    /// <summary>Since when a session's output stands still, and since when its streams do. Made when one of them first does: most sessions never see it.</summary>
    private sealed class OutputStalls
    {
        /// <summary>What the kernel does not take. Written by the sending thread.</summary>
        public StallMark Output = new();

        /// <summary>What the client gives no credit for. Written by any thread.</summary>
        public StallMark Streams = new();
    }

    /// <summary>The place at which something stopped moving, and when. A mutable struct in a field of its owner; read by the wheel's thread.</summary>
    private struct StallMark()
    {
        private long _since;
        private long _bytes = -1;

        /// <summary>Wheel time; counts while it <see cref="IsAt"/> the same place.</summary>
        public readonly long Since => Volatile.Read(in _since);

        /// <summary>It still stands where it was noted.</summary>
        public readonly bool IsAt(long sentBytes) => Volatile.Read(in _bytes) == sentBytes;

        public void Note(long now, long sentBytes)
        {
            // Time first: a reader that finds these bytes must not find the time of an older stall.
            Volatile.Write(ref _since, now);
            Volatile.Write(ref _bytes, sentBytes);
        }
    }
}

/// <summary>A wheel time, or none, in four bytes: its low bits. The reader restores the others from a time that is less than 24 days away from it.</summary>
/// <remarks>For deadlines, which are shorter than that by their own range.</remarks>
internal static class CompactTimestamp
{
    public const uint None = 0;

    /// <summary>One millisecond in 49 days would mean none; it counts as the next.</summary>
    public static uint Of(long time) => Math.Max((uint)time, 1);

    /// <param name="stored">Not <see cref="None"/>.</param>
    /// <param name="now">A time near it, before or after.</param>
    public static long At(uint stored, long now) => now - (int)((uint)now - stored);
}
