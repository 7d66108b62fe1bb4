using FastRegistry.Registry.Services;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Node.Sessions;

/// <summary>Sheds sessions a few at a time: at most a tenth of all in a second, or ten when that is more.</summary>
/// <remarks>
/// One for the rules and one for the operator, each as long as the node lives. Any thread starts a plan, which replaces the one before. The wheel
/// triggers each step; request workers choose the sessions and send the goaways, one worker at a time.
/// </remarks>
internal sealed class SessionShedder : IDeadlineOwner, IWorkItem
{
    private const int BeatMilliseconds = 100;

    // A hundredth per beat is a tenth per second.
    private const int BeatsForAll = 100;

    private readonly SessionServices _services;
    private readonly Action _asked;
    private readonly int _entry;
    private Func<SheddingPlan>? _next;
    private int _running;

    // Touched by the running worker only.
    private Func<SheddingPlan>? _choose;
    private SheddingPlan _plan = SheddingPlan.Nobody;
    private int _position;
    private int _perBeat;

    /// <summary>Creates it, idle.</summary>
    /// <param name="services">Shared by all sessions.</param>
    /// <param name="asked">Called for every session that was asked to leave.</param>
    public SessionShedder(SessionServices services, Action asked)
    {
        _services = services;
        _asked = asked;
        _entry = services.Wheel.Allocate(this);
    }

    /// <summary>Begins to shed whom <paramref name="choose"/> names, soon, on a worker; what is left of an older plan is dropped.</summary>
    public void Start(Func<SheddingPlan> choose)
    {
        Interlocked.Exchange(ref _next, choose);
        Arm(1);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now) => _services.Requests.TryAdd(this) ? Deadline.None : Deadline.After(now, BeatMilliseconds);

    void IWorkItem.Run()
    {
        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            // The worker that is running sees the new plan when it ends.
            return;
        }

        int pause = 0;
        try
        {
            pause = Work();
        }
        finally
        {
            Interlocked.Exchange(ref _running, 0);
            pause = Volatile.Read(ref _next) is null ? pause : 1;
            if (pause > 0)
            {
                Arm(pause);
            }
        }
    }

    /// <summary>One beat; returns after how many milliseconds the next one is due, 0 = none.</summary>
    private int Work()
    {
        if (Interlocked.Exchange(ref _next, null) is { } choose)
        {
            _choose = choose;
            Choose();
        }
        else if (_position == _plan.Candidates.Count && _plan.Repeat)
        {
            Choose();
        }

        for (int asked = 0; asked < _perBeat && _position < _plan.Candidates.Count;)
        {
            SheddingCandidate candidate = _plan.Candidates[_position++];
            if (candidate.Session.TryAskToMove(candidate.Reason, candidate.Text, _plan.Addresses))
            {
                asked++;
                _asked();
            }
        }

        if (_position < _plan.Candidates.Count)
        {
            return BeatMilliseconds;
        }

        if (_plan.Repeat)
        {
            // After the handshake time a session that was not set up is set up, or gone.
            return (int)_services.Options.Deadlines.Handshake.TotalMilliseconds;
        }

        _plan = SheddingPlan.Nobody;
        _position = 0;
        return 0;
    }

    private void Choose()
    {
        _plan = _choose!();
        _position = 0;
        _perBeat = Math.Max(1, _services.Sessions.Count / BeatsForAll);
    }

    private void Arm(int milliseconds) => _services.Wheel.Arm(_entry, _services.Wheel.Now, milliseconds);
}
