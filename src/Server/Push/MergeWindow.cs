using FastRegistry.Server.Configuration;

namespace FastRegistry.Server.Push;

/// <summary>When a service may be pushed next: at once after quiet, else when its window is over.</summary>
/// <remarks>
/// Part of a <see cref="Registry.ServiceEntry"/>; belongs to the thread of its push worker. The window doubles when it merged several changes and halves when it
/// did not, so it grows where waiting saves pushes and stays short where it would only cost time. Times are wheel milliseconds.
/// </remarks>
internal struct MergeWindow
{
    /// <summary>Changes in one push that make the window worth its wait.</summary>
    public const int WorthwhileChanges = 4;

    private long _openAt;
    private int _milliseconds;
    private int _changes;

    /// <summary>The window that began with the last push; 0 = never pushed.</summary>
    public readonly int Milliseconds => _milliseconds;

    /// <summary>From when on it may be pushed.</summary>
    public readonly long OpenAt => _openAt;

    /// <summary>A push was made; the next window begins.</summary>
    /// <param name="startedAt">When the push began.</param>
    /// <param name="endedAt">When the last subscriber had it: a long fan-out is pressure too.</param>
    /// <param name="waited">It had to wait for the window.</param>
    /// <param name="changes">The service's count of changes, as of the list that was pushed.</param>
    /// <param name="options">Limits of the window.</param>
    public void Pushed(long startedAt, long endedAt, bool waited, int changes, PushOptions options)
    {
        int minimum = (int)options.MergeWindowMinimum.TotalMilliseconds;
        int maximum = (int)options.MergeWindowMaximum.TotalMilliseconds;
        if (waited)
        {
            _milliseconds = unchecked(changes - _changes) >= WorthwhileChanges ? _milliseconds * 2 : _milliseconds / 2;
        }
        else
        {
            // Quiet for the window once: half of it. For twice the window: as if there had been no pressure.
            _milliseconds = startedAt - _openAt >= _milliseconds ? minimum : _milliseconds / 2;
        }

        _milliseconds = Math.Clamp(_milliseconds, Math.Min(minimum, maximum), maximum);
        _changes = changes;
        _openAt = endedAt + _milliseconds;
    }
}
