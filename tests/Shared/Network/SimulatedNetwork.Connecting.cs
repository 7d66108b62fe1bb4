using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Tests;

/// <content>Listening and connecting.</content>
internal sealed partial class SimulatedNetwork
{
    /// <summary>Begins to listen; disposing the result ends it. <paramref name="accept"/> runs on the scheduler.</summary>
    public SimulatedListener Listen(string host, int port, Action<SimulatedEnd> accept)
    {
        SimulatedListener listener = new(accept, self => StopListening(host, port, self));
        lock (NetworkLock)
        {
            if (!_listeners.TryAdd((host, port), listener))
            {
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            }
        }

        return listener;
    }

    /// <summary>
    /// Connects, which takes a round trip: refused when nobody listens there. Between hosts that cannot reach each other it is tried again after 1, 2, 4 … s,
    /// like a SYN, and fails after two minutes.
    /// </summary>
    public Task<SimulatedEnd> ConnectAsync(string from, string to, int port, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (NetworkLock)
        {
            ConnectAttempt attempt = new(this, from, to, port);
            attempt.StartLocked(cancellationToken);
            return attempt.Task;
        }
    }

    private void StopListening(string host, int port, SimulatedListener listener)
    {
        lock (NetworkLock)
        {
            if (_listeners.GetValueOrDefault((host, port)) == listener)
            {
                _listeners.Remove((host, port));
            }
        }
    }

    private SimulatedConnection? AcceptLocked(string from, string to, int port)
    {
        if (!_listeners.TryGetValue((to, port), out SimulatedListener? listener))
        {
            return null;
        }

        SimulatedConnection connection = new(
            this, new IPEndPoint(AddressOf(from), ++_lastPort), new IPEndPoint(AddressOf(to), port), from, to, _scheduler);
        _connections.Add(connection);
        Traffic(from, to).ConnectedLocked();
        if (!CanReachLocked(from, to))
        {
            connection.PartitionLocked(true);
        }

        Action accept = () => listener.Accept(connection.Server);
        _scheduler.Schedule(static state => ((Action)state!)(), accept);
        return connection;
    }

    /// <summary>A connect that is under way.</summary>
    private sealed class ConnectAttempt(SimulatedNetwork network, string from, string to, int port) : INetworkEventTarget
    {
        private const int Tries = 7;

        private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

        private readonly TaskCompletionSource<SimulatedEnd> _done = new();
        private SimulatedConnection? _connection;
        private CancellationTokenRegistration _registration;
        private int _tries;
        private bool _isOver;

        public Task<SimulatedEnd> Task => _done.Task;

        public void StartLocked(CancellationToken cancellationToken)
        {
            _registration = cancellationToken.UnsafeRegister(_ => Cancel(cancellationToken), null);
            TryLocked();
        }

        public void OnEventLocked(in NetworkEvent what)
        {
            if (_isOver)
            {
                return;
            }

            if (!network.CanReachLocked(from, to))
            {
                RetryLocked();
            }
            else if (what.Kind == NetworkEventKind.ConnectAnswer)
            {
                EndLocked();
            }
            else
            {
                // A second try may find that the first one was accepted and only its answer lost.
                _connection ??= network.AcceptLocked(from, to, port);
                SendLocked(network.LinkBetween(to, from).Delay, NetworkEventKind.ConnectAnswer);
            }
        }

        private void TryLocked() => SendLocked(network.LinkBetween(from, to).Delay, NetworkEventKind.ConnectArrival);

        private void RetryLocked()
        {
            if (++_tries < Tries)
            {
                SendLocked(FirstRetry * (1 << (_tries - 1)), NetworkEventKind.ConnectArrival);
            }
            else
            {
                FailLocked(SocketError.TimedOut);
            }
        }

        private void SendLocked(TimeSpan after, NetworkEventKind kind)
        {
            NetworkEvent what = new(this, kind);
            if (after > TimeSpan.Zero)
            {
                network.Events.AddLocked(network.Now + after.Ticks, what);
            }
            else
            {
                OnEventLocked(what);
            }
        }

        private void EndLocked()
        {
            if (_connection is null)
            {
                FailLocked(SocketError.ConnectionRefused);
                return;
            }

            _isOver = true;
            _registration.Unregister();
            network._scheduler.Schedule(static state => ((ConnectAttempt)state!).Complete(), this);
        }

        private void FailLocked(SocketError error) => AbandonLocked(() => _done.TrySetException(new SocketException((int)error)));

        private void AbandonLocked(Action fail)
        {
            _isOver = true;
            _registration.Unregister();
            _connection?.Client.Close();
            network._scheduler.Schedule(static state => ((Action)state!)(), fail);
        }

        private void Complete() => _done.TrySetResult(_connection!.Client);

        private void Cancel(CancellationToken cancellationToken)
        {
            lock (network.NetworkLock)
            {
                if (!_isOver)
                {
                    AbandonLocked(() => _done.TrySetCanceled(cancellationToken));
                }
            }
        }
    }
}

/// <summary>A host listens on a port until this is disposed; its connections live on.</summary>
internal sealed class SimulatedListener(Action<SimulatedEnd> accept, Action<SimulatedListener> stop) : IDisposable
{
    public void Accept(SimulatedEnd end) => accept(end);

    public void Dispose() => stop(this);
}
