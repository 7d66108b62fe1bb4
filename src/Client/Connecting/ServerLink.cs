using FastRegistry.Wire.Timing;

namespace FastRegistry.Client.Connecting;

/// <summary>The session that is in use, the state users see, and those who wait for a session.</summary>
/// <remarks>One per client. The connection loop publishes and withdraws; any thread reads and waits. A short lock orders changes.</remarks>
internal sealed class ServerLink(TimingWheel wheel, StateNotifier notifier)
{
    private readonly Lock _linkGate = new();
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServerSession? _current;
    private ConnectionState _state = ConnectionState.Connecting;
    private string _text = "no server has been tried yet";

    public ConnectionState State
    {
        get
        {
            lock (_linkGate)
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
            lock (_linkGate)
            {
                ObjectDisposedException.ThrowIf(_state == ConnectionState.Disposed, typeof(NamingClient));
                if (_current is { } session)
                {
                    if (session.IsUsable)
                    {
                        return session;
                    }

                    // The loop has not noticed yet.
                    WithdrawHoldingGate(session);
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
        lock (_linkGate)
        {
            if (_state == ConnectionState.Disposed)
            {
                return false;
            }

            Volatile.Write(ref _current, session);
            SetStateHoldingGate(ConnectionState.Connected, session.Address.ToString());
            _next.TrySetResult();
            return true;
        }
    }

    public void Withdraw(ServerSession session, string text)
    {
        lock (_linkGate)
        {
            WithdrawHoldingGate(session);
            SetStateHoldingGate(ConnectionState.Reconnecting, text);
        }
    }

    /// <summary>Notes that the attempts so far failed; <paramref name="failed"/>: for good.</summary>
    public void NotReached(bool failed, bool wasConnected, string text)
    {
        lock (_linkGate)
        {
            ConnectionState trying = wasConnected ? ConnectionState.Reconnecting : ConnectionState.Connecting;
            SetStateHoldingGate(failed ? ConnectionState.Failed : trying, text);
        }
    }

    /// <summary>Ends all waiting; returns the session that was in use.</summary>
    public ServerSession? Dispose()
    {
        lock (_linkGate)
        {
            SetStateHoldingGate(ConnectionState.Disposed, "disposed");
            ServerSession? session = _current;
            Volatile.Write(ref _current, null);
            _next.TrySetResult();
            return session;
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(State == ConnectionState.Disposed, typeof(NamingClient));

    private RegistryException NotConnected(TimeSpan timeout)
    {
        lock (_linkGate)
        {
            string message = $"No server within {timeout.TotalSeconds:0.###} s ({_state}: {_text}).";
            return new RegistryException(RegistryErrorCode.NotConnected, message) { Retryable = true };
        }
    }

    private void WithdrawHoldingGate(ServerSession session)
    {
        if (_current == session)
        {
            Volatile.Write(ref _current, null);
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void SetStateHoldingGate(ConnectionState state, string text)
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
