using FastRegistry.Registry.Push;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <summary>Which pushes of a session are awaited to be acknowledged, and the one whose delay is measured. A struct inside the session's subscriptions.</summary>
/// <remarks>
/// Push workers begin to wait, the wheel's thread judges, the receive path ends samples; all of it lock-free. There is one mark, not one per push: the wheel looks
/// when the marked push must have been acknowledged and marks the newest one anew. So a push is judged between one and two ack times after it was made, and neither
/// a push nor an ack costs more than a look at this.
/// </remarks>
internal struct PushAcks
{
    private const ulong Nothing = 0;

    /// <summary>In place of a sequence: the mark is no push, and none is marked until the client acknowledges something.</summary>
    private const ulong GivenUp = ulong.MaxValue;

    private const ulong Reserved = ulong.MaxValue;

    private ulong _awaited;
    private long _awaitedSince;
    private ulong _sample;
    private long _sampledChange;
    private int _tries;

    /// <summary>The wheel looks at this session for its acks: activity alone may not postpone that.</summary>
    public readonly bool IsAwaited => Volatile.Read(in _awaited) is not (Nothing or GivenUp);

    public readonly bool IsGivenUp => Volatile.Read(in _awaited) == GivenUp;

    /// <summary>A push was appended. True: nothing was awaited until now, and the caller arms the session's wheel entry.</summary>
    public bool BeginsToWait(ulong sequence, long now)
    {
        // The push first, then the look; the wheel takes its mark away first and looks for pushes then. One of the two sees the other.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _awaited) != Nothing)
        {
            return false;
        }

        Volatile.Write(ref _awaitedSince, now);
        return Interlocked.CompareExchange(ref _awaited, sequence, Nothing) == Nothing;
    }

    /// <summary>A push that asks for an ack was appended: its delay is measured, unless another one's is.</summary>
    public void BeginSample(ulong sequence, long changedAtMicroseconds)
    {
        if (Volatile.Read(ref _sample) == Nothing && Interlocked.CompareExchange(ref _sample, Reserved, Nothing) == Nothing)
        {
            _sampledChange = changedAtMicroseconds;
            Volatile.Write(ref _sample, sequence);
        }
    }

    /// <summary>True for exactly one caller when the measured push is acknowledged: the receive path, or the push worker whose push the ack has overtaken.</summary>
    public bool TryEndSample(ulong acknowledged, out long changedAtMicroseconds)
    {
        changedAtMicroseconds = 0;
        ulong sample = Volatile.Read(ref _sample);
        if (sample == Nothing || sample > acknowledged)
        {
            return false;
        }

        changedAtMicroseconds = _sampledChange;
        return Interlocked.CompareExchange(ref _sample, Nothing, sample) == sample;
    }

    /// <summary>The client has acknowledged something after all: pushes are awaited again. Receive path. True when it had been given up.</summary>
    public bool TryReturn() => IsGivenUp && Interlocked.CompareExchange(ref _awaited, Nothing, GivenUp) == GivenUp;

    /// <summary>Decides, on the wheel's thread, what is overdue at <paramref name="now"/>.</summary>
    /// <param name="wheel">The wheel.</param>
    /// <param name="options">The times.</param>
    /// <param name="outbound">What waits to be sent.</param>
    /// <param name="acknowledged">Highest push sequence the client has confirmed.</param>
    /// <param name="isDrained">Nothing waits to be sent.</param>
    /// <param name="lastReceived">When the client was last heard.</param>
    /// <param name="now">Wheel time.</param>
    /// <param name="next">When to look again: what others want, or earlier.</param>
    public AckVerdict Judge(
        TimingWheel wheel, PushOptions options, OutboundChain outbound, ulong acknowledged, bool isDrained, long lastReceived, long now, ref Deadline next)
    {
        ulong awaited = Volatile.Read(ref _awaited);
        if (awaited is Nothing or GivenUp)
        {
            return AckVerdict.Wait;
        }

        if (acknowledged >= awaited)
        {
            _tries = 0;
            if (!TryEndWait(outbound, acknowledged, now))
            {
                LookAgain(now, options.AckDeadline, now, ref next);
            }

            return AckVerdict.Wait;
        }

        long since = Volatile.Read(ref _awaitedSince);
        TimeSpan time = _tries == 0 ? options.AckDeadline : options.RetryAfter(_tries);
        if (wheel.Effective(since) + (long)time.TotalMilliseconds > now)
        {
            LookAgain(since, time, now, ref next);
            return AckVerdict.Wait;
        }

        if (!isDrained || lastReceived <= since)
        {
            // Behind, or silent: sending more helps neither. Other deadlines of the session judge that.
            LookAgain(now, options.AckDeadline, now, ref next);
            return AckVerdict.Wait;
        }

        if (_tries >= options.Retries)
        {
            _tries = 0;
            Volatile.Write(ref _awaited, GivenUp);
            return AckVerdict.GiveUp;
        }

        _tries++;
        Volatile.Write(ref _awaitedSince, now);
        LookAgain(now, options.RetryAfter(_tries), now, ref next);
        return AckVerdict.Repeat;
    }

    /// <summary>False when newer pushes are not acknowledged yet; the newest is marked then.</summary>
    private bool TryEndWait(OutboundChain outbound, ulong acknowledged, long now)
    {
        ulong last = outbound.LastPushSequence;
        if (acknowledged >= last)
        {
            Interlocked.Exchange(ref _awaited, Nothing);
            last = outbound.LastPushSequence;
            if (acknowledged >= last)
            {
                return true;
            }

            // A push was made beside this; who makes it may have marked it and armed the entry. Looking twice costs nothing.
            return !BeginsToWait(last, now);
        }

        Volatile.Write(ref _awaitedSince, now);
        Volatile.Write(ref _awaited, last);
        return false;
    }

    private static void LookAgain(long start, TimeSpan time, long now, ref Deadline next)
    {
        Deadline look = Deadline.After(Math.Min(start, now), (int)time.TotalMilliseconds);
        if (look.Due < next.Due)
        {
            next = look;
        }
    }
}
