namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>One attempt to connect, until the kernel says how it went.</summary>
/// <remarks>Made by <see cref="EpollConnector"/>; finished on the loop's thread, by an event, a cancellation or the loop's end, whichever comes first.</remarks>
internal sealed class PendingConnect(EpollLoop loop, int descriptor) : ILoopSource, ILoopItem
{
    private const int Begin = 1;
    private const int Cancel = 2;

    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _registration;
    private int _wanted;
    private bool _started;

    ILoopItem? ILoopItem.NextInInbox { get; set; }

    /// <summary>Returns 0 or the error. The loop has forgotten the descriptor then.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        Want(Begin);
        await using (cancellationToken.UnsafeRegister(static state => ((PendingConnect)state!).Want(Cancel), this).ConfigureAwait(false))
        {
            return await _done.Task.ConfigureAwait(false);
        }
    }

    void ILoopItem.RunOnLoop()
    {
        int wanted = Interlocked.Exchange(ref _wanted, 0);
        if (_done.Task.IsCompleted)
        {
            return;
        }

        if (!_started)
        {
            _started = true;
            _registration = loop.Attach(this, descriptor, EpollEvents.Writable | EpollEvents.EdgeTriggered, out int error);
            if (_registration == 0)
            {
                _done.TrySetResult(error);
                return;
            }
        }

        if ((wanted & Cancel) != 0)
        {
            Finish(Errno.Canceled);
        }
    }

    void ILoopSource.OnReady(EpollEvents events) => Finish(loop.System.TakeError(descriptor));

    void ILoopSource.OnLoopEnding() => Finish(Errno.Canceled);

    private void Want(int what)
    {
        if (Interlocked.Or(ref _wanted, what) == 0)
        {
            loop.Post(this);
        }
    }

    private void Finish(int error)
    {
        loop.DetachOpen(_registration, descriptor);
        _done.TrySetResult(error);
    }
}
