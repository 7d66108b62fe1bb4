using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Sessions;

/// <content>Acks: what an ack ends, and what happens to pushes that are not acknowledged in time.</content>
/// <remarks>The receive path takes acks, the wheel's thread judges what is overdue; both lock-free. A request worker repeats pushes, under the subscription lock.</remarks>
internal sealed partial class ClientSession
{
    /// <summary>What is to be done about pushes that are not acknowledged.</summary>
    private enum AckVerdict
    {
        /// <summary>Nothing now.</summary>
        Wait,

        /// <summary>The newest lists are sent again.</summary>
        Repeat,

        /// <summary>They were sent again often enough.</summary>
        GiveUp,
    }

    /// <summary>Highest push sequence the client has confirmed; 0 = none. Thread-safe.</summary>
    public ulong AcknowledgedPush => Volatile.Read(ref _subscriptions) is { } state ? Volatile.Read(ref state.Acknowledged) : 0;

    /// <summary>The client has confirmed all pushes up to this one, which was given out. Receive path.</summary>
    private void AcknowledgeGiven(ulong sequence)
    {
        if (_subscriptions is not { } state || sequence <= state.Acknowledged)
        {
            return;
        }

        // A full fence between this and the look for a sample.
        Interlocked.Exchange(ref state.Acknowledged, sequence);
        EndSample(state, sequence);

        // The client has acknowledged something after all: pushes are awaited again.
        if (state.IsGivenUp && Interlocked.CompareExchange(ref state.Awaited, NoPush, GivenUp) == GivenUp)
        {
            ResyncMarked();
        }
    }

    /// <summary>Has overdue pushes repeated. On the wheel's thread.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="next">When to look again: what others want, or earlier.</param>
    private void JudgeAcks(long now, ref Deadline next)
    {
        // A client that is leaving will have whole lists elsewhere.
        if (IsClosing || Volatile.Read(ref _subscriptions) is not { AwaitsAck: true } state)
        {
            return;
        }

        ulong acknowledged = Volatile.Read(ref state.Acknowledged);
        AckVerdict verdict = Judge(state, acknowledged, now, ref next);
        if (verdict == AckVerdict.Wait)
        {
            return;
        }

        bool isLast = verdict == AckVerdict.GiveUp;
        _services.Metrics.CountPushRetry(isLast);

        // When the queue has no room, the next try comes with its back-off.
        _services.Requests.TryAdd(new PushRepetition(this, acknowledged, isLast));
    }

    /// <summary>Decides what is overdue at <paramref name="now"/>.</summary>
    private AckVerdict Judge(SubscriptionState state, ulong acknowledged, long now, ref Deadline next)
    {
        PushOptions options = _services.Options.Push;
        bool isDrained = _connection.Outbound.QueuedBytes == 0 && !HasOpenStreams;
        long lastReceived = Volatile.Read(ref _lastReceived);
        ulong awaited = Volatile.Read(ref state.Awaited);
        if (awaited is NoPush or GivenUp)
        {
            return AckVerdict.Wait;
        }

        if (acknowledged >= awaited)
        {
            state.Tries = 0;
            if (!TryEndWait(state, acknowledged, now))
            {
                LookAgain(now, options.AckDeadline, now, ref next);
            }

            return AckVerdict.Wait;
        }

        long since = Volatile.Read(ref state.AwaitedSince);
        TimeSpan time = state.Tries == 0 ? options.AckDeadline : options.RetryAfter(state.Tries);
        if (_services.Wheel.Effective(since) + (long)time.TotalMilliseconds > now)
        {
            LookAgain(since, time, now, ref next);
            return AckVerdict.Wait;
        }

        if (!isDrained || lastReceived <= since)
        {
            // Output waits, or the client is silent: sending more helps neither. Other deadlines of the session judge that.
            LookAgain(now, options.AckDeadline, now, ref next);
            return AckVerdict.Wait;
        }

        if (state.Tries >= options.Retries)
        {
            state.Tries = 0;
            Volatile.Write(ref state.Awaited, GivenUp);
            return AckVerdict.GiveUp;
        }

        state.Tries++;
        Volatile.Write(ref state.AwaitedSince, now);
        LookAgain(now, options.RetryAfter(state.Tries), now, ref next);
        return AckVerdict.Repeat;
    }

    /// <summary>False when newer pushes are not acknowledged yet; the newest is marked then.</summary>
    private bool TryEndWait(SubscriptionState state, ulong acknowledged, long now)
    {
        OutboundChain outbound = _connection.Outbound;
        ulong last = outbound.LastPushSequence;
        if (acknowledged >= last)
        {
            Interlocked.Exchange(ref state.Awaited, NoPush);
            last = outbound.LastPushSequence;
            if (acknowledged >= last)
            {
                return true;
            }

            // A push was made beside this; who makes it may have marked it and armed the entry. Looking twice costs nothing.
            return !BeginsToWait(state, last, now);
        }

        Volatile.Write(ref state.AwaitedSince, now);
        Volatile.Write(ref state.Awaited, last);
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

    /// <summary>Has the newest list pushed again for every subscription whose last push has a higher number.</summary>
    /// <param name="acknowledged">Highest push sequence the client has confirmed.</param>
    /// <param name="whenHeardOf">Not now: with the next ack, when the output drains, or with the next change.</param>
    private void RepeatAbove(ulong acknowledged, bool whenHeardOf)
    {
        SubscriptionState state = _subscriptions!;
        lock (state.SubscriptionLock)
        {
            foreach (Subscription subscription in state.ById.Values)
            {
                if (subscription.PushSequence <= acknowledged)
                {
                    continue;
                }

                subscription.AskToRepeat();
                if (whenHeardOf)
                {
                    MarkResync(state, subscription);
                }
                else if (subscription.TryMarkResync())
                {
                    _services.Push.Resync(subscription);
                }
            }
        }

        if (whenHeardOf && !state.IsGivenUp)
        {
            // The ack came before the marks.
            ResyncMarked();
        }
    }

    /// <summary>Has the lists a client did not acknowledge pushed again, whole. Run by a request worker: a client may have many subscriptions.</summary>
    /// <param name="session">The session.</param>
    /// <param name="acknowledged">Highest push sequence the client has confirmed.</param>
    /// <param name="isLast">Not now, but when the client is heard of again.</param>
    private sealed class PushRepetition(ClientSession session, ulong acknowledged, bool isLast) : IWorkItem
    {
        void IWorkItem.Run() => session.RepeatAbove(acknowledged, isLast);
    }
}
