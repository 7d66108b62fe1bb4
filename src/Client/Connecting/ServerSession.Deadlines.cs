using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <content>
/// The times of the session: ping after silence, its answer, the ack that found no frame to ride on, the end of a session that was left. One wheel entry is
/// armed at the earliest of them; activity only stores a time. The receive path stores, the wheel's thread decides; the deadline lock orders arming.
/// </content>
internal sealed partial class ServerSession : IDeadlineOwner
{
    private const long Never = long.MaxValue;

    // An ack that goes by itself costs the server a third of a delivery, so it waits for a frame to ride on and for more pushes to speak for; but never longer
    // than four fifths of the time the server gives, and spread, so that the acks of many clients do not come together.
    private const int MaximumAckDelayMilliseconds = 4_000;

    private readonly Lock _deadlineLock = new();
    private readonly int _pingAfter;
    private readonly int _pingTimeout;
    private readonly int _entry;

    private int _maximumAckDelay = MaximumAckDelayMilliseconds;
    private long _receivedAt;
    private long _pingedAt = Never;
    private long _ackDue = Never;
    private long _retireBy = Never;
    private bool _deadlinesEnded;

    /// <summary>Begins to watch for silence.</summary>
    /// <param name="pushAckMilliseconds">Within which time the server wants pushes acknowledged; 0 = it does not say.</param>
    private void StartDeadlines(uint pushAckMilliseconds)
    {
        if (pushAckMilliseconds > 0)
        {
            Volatile.Write(ref _maximumAckDelay, (int)Math.Clamp(pushAckMilliseconds * 4L / 5, 2, MaximumAckDelayMilliseconds));
        }

        MarkReceived();
        lock (_deadlineLock)
        {
            ArmLocked();
        }
    }

    /// <summary>Bytes arrived. Receive path only, and once at the start.</summary>
    private void MarkReceived() => Volatile.Write(ref _receivedAt, _wheel.Now);

    /// <summary>A push was taken in: an ack of its own is sent later, unless another frame carries it first. Receive path only.</summary>
    private void ScheduleAck()
    {
        if (Volatile.Read(ref _ackDue) != Never)
        {
            return;
        }

        lock (_deadlineLock)
        {
            if (_ackDue == Never)
            {
                int maximum = _maximumAckDelay;
                _ackDue = _wheel.Now + Random.Shared.Next(maximum / 2, maximum);
                ArmLocked();
            }
        }
    }

    /// <summary>The client has left this session for another. Answers that are under way may still come; the connection ends when the server closes it or after
    /// <paramref name="time"/>.</summary>
    public void Retire(TimeSpan time)
    {
        lock (_deadlineLock)
        {
            _retireBy = Math.Min(_retireBy, _wheel.Now + (long)time.TotalMilliseconds);
            ArmLocked();
        }
    }

    /// <summary>Gives the entry back. May be called more than once.</summary>
    private void EndDeadlines()
    {
        lock (_deadlineLock)
        {
            if (_deadlinesEnded)
            {
                return;
            }

            _deadlinesEnded = true;
        }

        _wheel.Release(_entry);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        bool acknowledge = false;
        bool ping = false;
        bool lost = false;
        bool retire;
        Deadline next;
        lock (_deadlineLock)
        {
            if (_deadlinesEnded)
            {
                return Deadline.None;
            }

            retire = _retireBy <= now;
            if (_ackDue <= now)
            {
                Volatile.Write(ref _ackDue, Never);
                acknowledge = true;
            }

            if (SilenceDueLocked() <= now)
            {
                lost = _pingedAt != Never;
                ping = !lost;
                _pingedAt = now;
            }

            long due = EarliestLocked();
            next = Deadline.After(now, (int)Math.Clamp(due - now, 1, int.MaxValue));
        }

        Act(acknowledge, ping, lost, retire, now);
        return lost || retire ? Deadline.None : next;
    }

    private void Act(bool acknowledge, bool ping, bool lost, bool retire, long now)
    {
        if (lost)
        {
            Abort("no answer to a ping");
        }
        else if (retire)
        {
            Abort("left for another connection");
        }
        else if (ping)
        {
            // Carries the ack as well.
            SendPing(now);
        }
        else if (acknowledge)
        {
            SendAck();
        }
    }

    private void ArmLocked()
    {
        if (!_deadlinesEnded)
        {
            long now = _wheel.Now;
            _wheel.Arm(_entry, now, (int)Math.Clamp(EarliestLocked() - now, 1, int.MaxValue));
        }
    }

    private long EarliestLocked() => Math.Min(SilenceDueLocked(), Math.Min(_ackDue, _retireBy));

    private long SilenceDueLocked()
    {
        long receivedAt = Volatile.Read(ref _receivedAt);
        if (_pingedAt != Never && receivedAt < _pingedAt)
        {
            return _wheel.Effective(_pingedAt) + _pingTimeout;
        }

        _pingedAt = Never;
        return _wheel.Effective(receivedAt) + _pingAfter;
    }
}
