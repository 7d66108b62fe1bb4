using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <content>
/// The times of the session: ping after silence, its answer, the end of a session that was left. One wheel entry is armed at the earliest of them; activity
/// only stores a time. The receive path stores, the wheel's thread decides; the deadline lock orders arming.
/// </content>
internal sealed partial class ServerSession : IDeadlineOwner
{
    private const long Never = long.MaxValue;

    private readonly Lock _deadlineLock = new();
    private readonly int _pingAfter;
    private readonly int _pingTimeout;
    private readonly int _entry;

    private long _receivedAt;
    private long _pingedAt = Never;
    private long _retireBy = Never;
    private bool _deadlinesEnded;

    /// <summary>Begins to watch for silence.</summary>
    private void StartDeadlines()
    {
        MarkReceived();
        lock (_deadlineLock)
        {
            ArmLocked();
        }
    }

    /// <summary>Bytes arrived. Receive path only, and once at the start.</summary>
    private void MarkReceived() => Volatile.Write(ref _receivedAt, _wheel.Now);

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
            if (SilenceDueLocked() <= now)
            {
                lost = _pingedAt != Never;
                ping = !lost;
                _pingedAt = now;
            }

            long due = EarliestLocked();
            next = Deadline.After(now, (int)Math.Clamp(due - now, 1, int.MaxValue));
        }

        Act(ping, lost, retire, now);
        return lost || retire ? Deadline.None : next;
    }

    private void Act(bool ping, bool lost, bool retire, long now)
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
            SendPing(now);
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

    private long EarliestLocked() => Math.Min(SilenceDueLocked(), _retireBy);

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
