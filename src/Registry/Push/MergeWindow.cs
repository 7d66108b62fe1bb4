using FastRegistry.Registry.Services;

namespace FastRegistry.Registry.Push;

/// <summary>When a service may be pushed next: at once while its changes are few and its fan-out is short, else when its window is over.</summary>
/// <remarks>
/// Part of a <see cref="ServiceEntry"/>; belongs to the thread of its push worker. Two rules, and the later time counts. An allowance: each push is paid
/// for with the shortest window, or with twice the time its fan-out took when that is longer, and up to <see cref="AllowedAtOnce"/> shortest windows may be owed; so a
/// few changes in quick succession go at once, a fan-out that is not short takes at most half of the worker, and no pattern of changes makes more pushes than
/// one per shortest window and <see cref="AllowedAtOnce"/>. A window: under pressure it doubles, and without it halves. Times are wheel milliseconds.
/// </remarks>
internal struct MergeWindow
{
    /// <summary>Pushes that may follow each other at once after quiet.</summary>
    public const int AllowedAtOnce = 8;

    /// <summary>Changes in one push that make a longer window worth its wait.</summary>
    public const int WorthwhileChanges = 4;

    private long _openAt;
    private long _paidUntil;
    private long _pushedAt;
    private int _milliseconds;
    private int _changes;

    /// <summary>The window that began with the last push; 0 = never pushed.</summary>
    public readonly int Milliseconds => _milliseconds;

    /// <summary>From when on it may be pushed.</summary>
    public readonly long OpenAt => _openAt;

    /// <summary>A push was made; the next window begins.</summary>
    /// <param name="startedAt">When the push began.</param>
    /// <param name="endedAt">When the last subscriber had it.</param>
    /// <param name="waited">It had to wait for the window.</param>
    /// <param name="changes">The service's count of changes, as of the list that was pushed.</param>
    /// <param name="options">Limits of the window.</param>
    public void Pushed(long startedAt, long endedAt, bool waited, int changes, PushOptions options)
    {
        int maximum = (int)options.MergeWindowMaximum.TotalMilliseconds;
        int minimum = Math.Min((int)options.MergeWindowMinimum.TotalMilliseconds, maximum);
        int merged = unchecked(changes - _changes);

        // More than one change per shortest window: without merging, the pushes could not keep up with the allowance.
        bool pressed = (long)merged * minimum > startedAt - _pushedAt;
        if (waited && pressed)
        {
            _milliseconds = merged >= WorthwhileChanges ? _milliseconds * 2 : _milliseconds;
        }
        else
        {
            // Quiet for the window once: half of it. For twice the window: as if there had been no pressure.
            _milliseconds = !waited && startedAt - _openAt >= _milliseconds ? minimum : _milliseconds / 2;
        }

        _milliseconds = Math.Clamp(_milliseconds, minimum, maximum);
        _changes = changes;
        _pushedAt = startedAt;
        long fanOut = endedAt - startedAt;
        _paidUntil = Math.Max(_paidUntil, startedAt) + Math.Max(minimum, fanOut + Math.Min(fanOut, maximum));
        long allowed = _paidUntil - ((AllowedAtOnce - 1) * minimum);
        _openAt = Math.Max(allowed, _milliseconds > minimum ? endedAt + _milliseconds : endedAt);
    }
}
