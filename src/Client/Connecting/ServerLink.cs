using System.Threading.Channels;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Timing;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>Holds the session that is in use and the connection state that users see, and lets callers wait for a session.</summary>
/// <remarks>One per client, for its whole life. The connection loop publishes and withdraws sessions; any thread reads and waits. A short lock orders changes;
/// state changes are posted to the <see cref="StateNotifier"/> under it, so that handlers see them in order.</remarks>
internal sealed class ServerLink(TimingWheel wheel, StateNotifier notifier)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerSession? _current;
    private ConnectionState _state = ConnectionState.Connecting;
    private string _text = "no server has been tried yet";

    public ConnectionState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>The session to send on; null while there is none.</summary>
    public ServerSession? Current => Volatile.Read(ref _current) is { IsUsable: true } session ? session : null;

    /// <summary>A session to send on, within <paramref name="timeout"/>.</summary>
    /// <exception cref="RegistryException">There was none in time.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<ServerSession> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long startedAt = wheel.Now;
        while (true)
        {
            Task next;
            lock (_lock)
            {
                ThrowIfDisposed(_state == ConnectionState.Disposed);
                if (_current is { } session)
                {
                    if (session.IsUsable)
                    {
                        return session;
                    }

                    // The loop has not noticed yet.
                    WithdrawLocked(session);
                }

                next = _next.Task;
            }

            TimeSpan left = timeout - TimeSpan.FromMilliseconds(wheel.Now - startedAt);
            if (left <= TimeSpan.Zero || !await TimedWait.ForAsync(next, wheel, left, cancellationToken).ConfigureAwait(false))
            {
                throw NotConnected(timeout);
            }
        }
    }

    /// <summary>False: the client was disposed meanwhile, and the session is still the caller's.</summary>
    public bool TryPublish(ServerSession session)
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Disposed)
            {
                return false;
            }

            Volatile.Write(ref _current, session);
            SetStateLocked(ConnectionState.Connected, session.Address.ToString());
            _next.TrySetResult();
            return true;
        }
    }

    /// <summary>The session is of no more use; callers wait for the next one.</summary>
    public void Withdraw(ServerSession session, string text)
    {
        lock (_lock)
        {
            WithdrawLocked(session);
            SetStateLocked(ConnectionState.Reconnecting, text);
        }
    }

    /// <summary>No server was reached in a round; <paramref name="failed"/>: retrying is pointless.</summary>
    public void ReportUnreachable(bool failed, bool wasConnected, string text)
    {
        lock (_lock)
        {
            ConnectionState trying = wasConnected ? ConnectionState.Reconnecting : ConnectionState.Connecting;
            SetStateLocked(failed ? ConnectionState.Failed : trying, text);
        }
    }

    /// <summary>Ends all waiting; returns the session that was in use.</summary>
    public ServerSession? Dispose()
    {
        lock (_lock)
        {
            SetStateLocked(ConnectionState.Disposed, "disposed");
            ServerSession? session = _current;
            Volatile.Write(ref _current, null);
            _next.TrySetResult();
            return session;
        }
    }

    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public void ThrowIfDisposed() => ThrowIfDisposed(State == ConnectionState.Disposed);

    /// <summary>The exception for calls after disposal. It names the object that users dispose, which this folder does not know as a type.</summary>
    public static ObjectDisposedException ClientDisposed() => new("FastRegistry.Client.NamingClient");

    private static void ThrowIfDisposed(bool isDisposed)
    {
        if (isDisposed)
        {
            throw ClientDisposed();
        }
    }

    private RegistryException NotConnected(TimeSpan timeout)
    {
        lock (_lock)
        {
            string message = $"No server within {timeout.TotalSeconds:0.###} s ({_state}: {_text}).";
            return new RegistryException(RegistryErrorCode.NotConnected, message) { Retryable = true };
        }
    }

    private void WithdrawLocked(ServerSession session)
    {
        if (_current == session)
        {
            Volatile.Write(ref _current, null);
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void SetStateLocked(ConnectionState state, string text)
    {
        if (_state == ConnectionState.Disposed)
        {
            return;
        }

        _text = text;
        if (_state != state)
        {
            notifier.Post(new ConnectionStateChangedEventArgs(_state, state, text));
            _state = state;
        }
    }
}

/// <summary>Raises state changes on a task of its own. Posted under a lock by the connection loop; one per client, ends with it.</summary>
/// <remarks>Bound: 64 changes that no handler has taken; beyond it the oldest is dropped.</remarks>
internal sealed class StateNotifier
{
    private const int MaximumWaiting = 64;

    private readonly Channel<ConnectionStateChangedEventArgs> _changes = Channel.CreateBounded<ConnectionStateChangedEventArgs>(
        new BoundedChannelOptions(MaximumWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly ILogger _logger;

    public StateNotifier(ILogger logger) => _logger = logger;

    public void Post(ConnectionStateChangedEventArgs change)
    {
        if (_changes.Writer.TryWrite(change) && change.Current == ConnectionState.Disposed)
        {
            _changes.Writer.TryComplete();
        }
    }

    /// <summary>Runs until the change to <see cref="ConnectionState.Disposed"/> has been raised.</summary>
    public async Task RunAsync(Action<ConnectionStateChangedEventArgs> raise)
    {
        await foreach (ConnectionStateChangedEventArgs change in _changes.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                raise(change);
            }
#pragma warning disable CA1031 // User code: whatever it throws must not end the notifications.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _logger.StateHandlerFailed(fault);
            }
        }
    }
}
