using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <summary>The times of one session: ping after silence, its answer, the ack that found no frame to ride on, the end of a session that was left.</summary>
/// <remarks>
/// Owned by its <see cref="ServerSession"/>. One wheel entry at the earliest of all; activity only stores a time. The receive path notes, the wheel's
/// thread decides; a short lock orders arming.
/// </remarks>
internal sealed class SessionDeadlines : IDeadlineOwner
{
    private const long Never = long.MaxValue;

    // An ack that goes by itself costs the server a third of a delivery, so it waits for a frame to ride on and for more pushes to speak for; but never longer
    // than four fifths of the time the server gives, and spread, so that the acks of many clients do not come together.
    private const int MostAckDelayMilliseconds = 4_000;

    private readonly Lock _deadlineGate = new();
    private readonly ServerSession _session;
    private readonly TimingWheel _wheel;
    private readonly int _pingAfter;
    private readonly int _pingTimeout;
    private readonly int _entry;

    private int _mostAckDelay = MostAckDelayMilliseconds;
    private long _heardAt;
    private long _pingedAt = Never;
    private long _ackDue = Never;
    private long _leaveBy = Never;
    private bool _ended;

    public SessionDeadlines(ServerSession session, TimingWheel wheel, NamingClientOptions options)
    {
        _session = session;
        _wheel = wheel;
        _pingAfter = (int)options.PingAfter.TotalMilliseconds;
        _pingTimeout = (int)options.PingTimeout.TotalMilliseconds;
        _entry = wheel.Allocate(this);
    }

    /// <summary>Begins to watch for silence.</summary>
    /// <param name="pushAckMilliseconds">Within which time the server wants pushes acknowledged; 0 = it does not say.</param>
    public void Start(uint pushAckMilliseconds)
    {
        if (pushAckMilliseconds > 0)
        {
            Volatile.Write(ref _mostAckDelay, (int)Math.Clamp(pushAckMilliseconds * 4L / 5, 2, MostAckDelayMilliseconds));
        }

        Heard();
        lock (_deadlineGate)
        {
            ArmHoldingGate();
        }
    }

    /// <summary>Bytes arrived.</summary>
    public void Heard() => Volatile.Write(ref _heardAt, _wheel.Now);

    /// <summary>A push was taken in that nothing has acknowledged yet.</summary>
    public void AckIsDue()
    {
        if (Volatile.Read(ref _ackDue) != Never)
        {
            return;
        }

        lock (_deadlineGate)
        {
            if (_ackDue == Never)
            {
                int most = _mostAckDelay;
                _ackDue = _wheel.Now + Random.Shared.Next(most / 2, most);
                ArmHoldingGate();
            }
        }
    }

    /// <summary>The session has been left; it ends after <paramref name="time"/> at the latest.</summary>
    public void LeaveWithin(TimeSpan time)
    {
        lock (_deadlineGate)
        {
            _leaveBy = Math.Min(_leaveBy, _wheel.Now + (long)time.TotalMilliseconds);
            ArmHoldingGate();
        }
    }

    /// <summary>Gives the entry back. May be called more than once.</summary>
    public void End()
    {
        lock (_deadlineGate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _wheel.Release(_entry);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        bool acknowledge = false;
        bool ping = false;
        bool lost = false;
        bool leave;
        Deadline next;
        lock (_deadlineGate)
        {
            if (_ended)
            {
                return Deadline.None;
            }

            leave = _leaveBy <= now;
            if (_ackDue <= now)
            {
                Volatile.Write(ref _ackDue, Never);
                acknowledge = true;
            }

            if (SilenceDueHoldingGate() <= now)
            {
                lost = _pingedAt != Never;
                ping = !lost;
                _pingedAt = now;
            }

            long due = EarliestHoldingGate();
            next = Deadline.After(now, (int)Math.Clamp(due - now, 1, int.MaxValue));
        }

        Act(acknowledge, ping, lost, leave, now);
        return lost || leave ? Deadline.None : next;
    }

    private void Act(bool acknowledge, bool ping, bool lost, bool leave, long now)
    {
        if (lost)
        {
            _session.NoAnswer();
        }
        else if (leave)
        {
            _session.Leave();
        }
        else if (ping)
        {
            // Carries the ack as well.
            _session.SendPing(now);
        }
        else if (acknowledge)
        {
            _session.SendAck();
        }
    }

    private void ArmHoldingGate()
    {
        if (!_ended)
        {
            long now = _wheel.Now;
            _wheel.Arm(_entry, now, (int)Math.Clamp(EarliestHoldingGate() - now, 1, int.MaxValue));
        }
    }

    private long EarliestHoldingGate() => Math.Min(SilenceDueHoldingGate(), Math.Min(_ackDue, _leaveBy));

    private long SilenceDueHoldingGate()
    {
        long heardAt = Volatile.Read(ref _heardAt);
        if (_pingedAt != Never && heardAt < _pingedAt)
        {
            return _wheel.Effective(_pingedAt) + _pingTimeout;
        }

        _pingedAt = Never;
        return _wheel.Effective(heardAt) + _pingAfter;
    }
}
