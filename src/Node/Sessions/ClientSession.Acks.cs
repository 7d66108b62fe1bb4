using FastRegistry.Registry.Events;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <content>Acks: which pushes ask for one, what an ack ends, the one push whose delay is measured, and the client that takes nothing in.</content>
/// <remarks>
/// <para>The first push of a connection asks, then 1 in 64, and the first one after 10 s without asking. One of those that ask is awaited at a time, the oldest: neither
/// a push nor an ack costs more than a look at that mark.</para>
/// <para>TCP delivers, so a push that is not acknowledged was received and not taken in. Such a client is named by an event and keeps its connection, because what
/// it publishes would go with it; with its next ack it gets every list once more, whole.</para>
/// <para>Push workers ask, the receive path takes acks, the wheel's thread judges what is overdue; all lock-free.</para>
/// </remarks>
internal sealed partial class ClientSession
{
    // One in so many pushes asks for an ack, as a sample of the latency.
    private const ulong AckSampling = 64;

    private const int AskAgainMilliseconds = 10_000;

    /// <summary>In place of a push's number: none is awaited, or none is measured.</summary>
    private const ulong NoPush = 0;

    /// <summary>In place of the time of a change: the push is no news but an answer, so its delay says nothing.</summary>
    private const long NotMeasured = 0;

    /// <summary>In place of a push's number: a measured push is being written down.</summary>
    private const ulong Reserved = ulong.MaxValue;

    /// <summary>Pushes that the client has said it has taken in; 0 = none. Thread-safe.</summary>
    public ulong AcknowledgedPush => Volatile.Read(ref _subscriptions) is { } state ? Volatile.Read(ref state.Acknowledged) : 0;

    /// <summary>Whether the next push asks for an ack. Not the same one of 64 on all connections, or thousands would answer together. Push worker.</summary>
    private bool AsksForAck(SubscriptionState state)
    {
        ulong pushesBefore = _connection.Outbound.LastPushSequence;
        if (pushesBefore == 0 || (pushesBefore + (ulong)Id) % AckSampling == 0)
        {
            return true;
        }

        long now = _services.Wheel.Now;
        uint asked = Volatile.Read(ref state.LastAskedAt);
        return asked == CompactTimestamp.None || now - CompactTimestamp.At(asked, now) >= AskAgainMilliseconds;
    }

    /// <summary>A push that asks for an ack was appended: its delay is measured, and the ack is awaited. Push worker, or whoever sent the last chunk of a list.</summary>
    private void AwaitAck(SubscriptionState state, ulong sequence, long changedAtMicroseconds)
    {
        long now = _services.Wheel.Now;
        Volatile.Write(ref state.LastAskedAt, CompactTimestamp.Of(now));
        if (changedAtMicroseconds != NotMeasured)
        {
            BeginSample(state, sequence, changedAtMicroseconds);
        }

        // The number first, then the look at the mark; an ack takes the mark away first and looks for numbers then. One of the two sees the other.
        Interlocked.Exchange(ref state.LastAsked, sequence);
        if (Volatile.Read(ref state.Acknowledged) >= sequence || Volatile.Read(ref state.Awaited) != NoPush)
        {
            return;
        }

        Volatile.Write(ref state.AwaitedSince, now);
        if (Interlocked.CompareExchange(ref state.Awaited, sequence, NoPush) != NoPush)
        {
            return;
        }

        if (Volatile.Read(ref state.Acknowledged) >= sequence)
        {
            // A quick client was quicker than this thread.
            Interlocked.CompareExchange(ref state.Awaited, NoPush, sequence);
        }
        else
        {
            ArmForAck(state, now);
        }
    }

    private void ArmForAck(SubscriptionState state, long now)
    {
        // Under the lock the wheel entry is the session's own: its end takes the lock before it gives the entry back.
        lock (state.SubscriptionLock)
        {
            // Where something shorter may be armed, leave it: whatever the wheel looks for, it looks for acks too.
            if (!state.HasEnded
                && !IsClosing
                && Volatile.Read(ref _probedAt) == CompactTimestamp.None
                && Volatile.Read(ref _frameStartedAt) == CompactTimestamp.None)
            {
                _services.Wheel.Arm(_entry, now, _services.AckLookMilliseconds);
            }
        }
    }

    /// <summary>The client has taken in so many pushes. A number that was not given out, or is not higher than the last one, says nothing. Receive path.</summary>
    private void Acknowledge(ulong sequence)
    {
        if (_subscriptions is not { } state || sequence <= state.Acknowledged || sequence > _connection.Outbound.LastPushSequence)
        {
            return;
        }

        // A full fence between this and the looks below.
        Interlocked.Exchange(ref state.Acknowledged, sequence);
        EndSample(state, sequence);
        ulong awaited = Volatile.Read(ref state.Awaited);
        if (awaited == NoPush || sequence < awaited)
        {
            return;
        }

        if (Interlocked.Exchange(ref state.NotTakenIn, 0) != 0)
        {
            _services.Metrics.CountNotTakenIn(-1);
            AllListsAgain again = new(this);
            if (!_services.Requests.TryAdd(again))
            {
                // Rare: nobody else would come back to it.
                AskForAllLists();
            }
        }

        ulong last = Volatile.Read(ref state.LastAsked);
        if (last > sequence)
        {
            // A newer one has asked meanwhile.
            Volatile.Write(ref state.AwaitedSince, _services.Wheel.Now);
            Volatile.Write(ref state.Awaited, last);
            return;
        }

        Interlocked.Exchange(ref state.Awaited, NoPush);
        last = Volatile.Read(ref state.LastAsked);
        if (last > sequence)
        {
            Volatile.Write(ref state.AwaitedSince, _services.Wheel.Now);
            Interlocked.CompareExchange(ref state.Awaited, last, NoPush);
        }
    }

    /// <summary>Notices a client that takes nothing in. On the wheel's thread.</summary>
    /// <param name="now">Wheel time.</param>
    /// <param name="next">When to look again: what others want, or earlier.</param>
    private void JudgeAcks(long now, ref Deadline next)
    {
        if (IsClosing || Volatile.Read(ref _subscriptions) is not { AwaitsAck: true } state)
        {
            return;
        }

        TimeSpan time = _services.Options.Push.AckDeadline;
        long since = Volatile.Read(ref state.AwaitedSince);
        long left = _services.Wheel.Effective(since) + Milliseconds(time) - now;
        bool isDrained = _connection.Outbound.QueuedBytes == 0 && !HasOpenStreams;
        if (left > 0 || !isDrained || Volatile.Read(ref _lastReceived) <= since)
        {
            // While output waits, or the client is silent, other deadlines of the session judge that.
            next = Earlier(next, Deadline.After(now, left > 0 ? (int)Math.Min(left, int.MaxValue) : Milliseconds(time)));
            return;
        }

        if (Interlocked.Exchange(ref state.NotTakenIn, 1) == 0)
        {
            _services.Metrics.CountNotTakenIn(1);
            _services.Events.Publish(new PushNotTakenIn(ClientOrNull?.Reference ?? default, Id));
        }
    }

    /// <summary>A push that asks for an ack was appended: its delay is measured, unless another one's is.</summary>
    private void BeginSample(SubscriptionState state, ulong sequence, long changedAtMicroseconds)
    {
        if (Volatile.Read(ref state.Sample) == NoPush && Interlocked.CompareExchange(ref state.Sample, Reserved, NoPush) == NoPush)
        {
            state.SampledChange = changedAtMicroseconds;
            Volatile.Write(ref state.Sample, sequence);
        }

        // A quick client acknowledges before the thread that sends comes to this line. Each side stores and then looks, so one of the two sees the other.
        Interlocked.MemoryBarrier();
        EndSample(state, Volatile.Read(ref state.Acknowledged));
    }

    /// <summary>Records the delay of the measured push when it is acknowledged, once: on the receive path, or by the thread whose push the ack has overtaken.</summary>
    private void EndSample(SubscriptionState state, ulong acknowledged)
    {
        ulong sample = Volatile.Read(ref state.Sample);
        if (sample == NoPush || sample > acknowledged)
        {
            return;
        }

        long changedAtMicroseconds = state.SampledChange;
        if (Interlocked.CompareExchange(ref state.Sample, NoPush, sample) == sample)
        {
            _services.PushCost.Record(changedAtMicroseconds);
        }
    }

    /// <summary>Has every list of a client sent once more. Run by a request worker: a client may have many subscriptions.</summary>
    private sealed class AllListsAgain(ClientSession session) : IWorkItem
    {
        void IWorkItem.Run() => session.AskForAllLists();
    }
}
