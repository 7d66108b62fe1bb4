using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <summary>One caller that waits for something other than an answer: a connection, a first list. Its deadline is an entry of the client's wheel.</summary>
/// <remarks>Owned by the call that waits; the wheel's thread only completes a task whose continuations run elsewhere.</remarks>
internal sealed class TimedWait : IDeadlineOwner
{
    private readonly TaskCompletionSource _expired = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TimedWait()
    {
    }

    /// <summary>True when <paramref name="task"/> completed in time.</summary>
    /// <exception cref="RegistryException">Too many callers wait.</exception>
    public static async ValueTask<bool> ForAsync(Task task, TimingWheel wheel, TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (task.IsCompleted)
        {
            return true;
        }

        TimedWait wait = new();
        if (!wheel.TryAllocate(wait, out int entry))
        {
            throw new RegistryException(RegistryErrorCode.LimitExceeded, "too many callers wait for the server") { Retryable = true };
        }

        try
        {
            wheel.Arm(entry, wheel.Now, (int)Math.Clamp(timeout.TotalMilliseconds, 1, int.MaxValue));
            await Task.WhenAny(task, wait._expired.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
            return task.IsCompleted;
        }
        finally
        {
            wheel.Release(entry);
        }
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _expired.TrySetResult();
        return Deadline.None;
    }
}
