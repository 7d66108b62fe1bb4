using System.Net;
using System.Net.Sockets;

namespace FastRegistry.Wire.Transport.Epoll;

/// <summary>A bound TCP listener on an event loop; it accepts and sorts errors as the listener of the socket transport does.</summary>
/// <remarks>
/// Bound in the constructor, so that a taken port is an exception before anything else starts. Accepts on its loop's thread and gives connections to the
/// transport's loops in turn. Dispose stops accepting; connections live on.
/// </remarks>
public sealed class EpollListener : IConnectionListener, ILoopSource, ILoopItem
{
    // Connections that are there already have their turn after so many new ones.
    private const int AcceptsPerTurn = 64;

    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly EpollTransport _transport;
    private readonly EpollLoop _loop;
    private readonly IConnectionAcceptor _acceptor;
    private readonly IAcceptObserver _observer;
    private readonly AcceptRetry _retry;
    private readonly ITimer _timer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ILoopItem? _nextInInbox;
    private int _requests;

    // For the loop's thread only.
    private ulong _registration;
    private bool _backingOff;
    private bool _over;

    /// <summary>Binds and listens; nothing is accepted before <see cref="Start"/>.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public EpollListener(
        EndPoint endPoint, EpollTransport transport, IConnectionAcceptor acceptor, IAcceptObserver observer, TimeProvider timeProvider)
    {
        _transport = transport;
        _loop = transport.NextLoop();
        _acceptor = acceptor;
        _observer = observer;
        _retry = new AcceptRetry(observer, transport.Options.Sockets);
        _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            SocketSettings.Apply(_socket, transport.Options.Sockets);
            _socket.Bind(endPoint);
            _socket.Listen(transport.Options.Sockets.Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        // The socket owns it and lives as long as this does.
        _descriptor = (int)_socket.Handle;
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _timer = timeProvider.CreateTimer(
            static state => ((EpollListener)state!).Request(ListenerRequests.Accept), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    [Flags]
    private enum ListenerRequests
    {
        Start = 1,
        Accept = 2,
        End = 4,
    }

    /// <inheritdoc/>
    public IPEndPoint LocalEndPoint { get; }

    ILoopItem? ILoopItem.NextInInbox
    {
        get => _nextInInbox;
        set => _nextInInbox = value;
    }

    /// <inheritdoc/>
    public void Start() => Request(ListenerRequests.Start);

    /// <summary>Stops accepting and waits until the loop has forgotten it.</summary>
    public async ValueTask DisposeAsync()
    {
        Request(ListenerRequests.End);
        await _ended.Task.ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
    }

    void ILoopItem.RunOnLoop()
    {
        ListenerRequests requests = (ListenerRequests)Interlocked.Exchange(ref _requests, 0);
        if ((requests & ListenerRequests.End) != 0)
        {
            End();
            _ended.TrySetResult();
            return;
        }

        if ((requests & ListenerRequests.Start) != 0 && !_over && _registration == 0)
        {
            // Edge-triggered: after an error it is not reported again before this asks again.
            _registration = _loop.Attach(this, _descriptor, EpollEvents.Readable | EpollEvents.EdgeTriggered, out int error);
            if (_registration == 0)
            {
                Fail(Errno.ToSocketError(error));
            }
        }

        if ((requests & ListenerRequests.Accept) != 0)
        {
            _backingOff = false;
            Accept();
        }
    }

    void ILoopSource.OnReady(EpollEvents events)
    {
        if (!_backingOff)
        {
            Accept();
        }
    }

    void ILoopSource.OnLoopEnding() => Fail(SocketError.OperationAborted);

    private void Request(ListenerRequests what)
    {
        if (Interlocked.Or(ref _requests, (int)what) == 0)
        {
            _loop.Post(this);
        }
    }

    private void Accept()
    {
        for (int i = 0; i < AcceptsPerTurn; i++)
        {
            if (_over)
            {
                return;
            }

            int accepted = _loop.System.Accept(_descriptor);
            if (accepted >= 0)
            {
                _retry.Reset();
                AcceptedConnection.HandOver(new EpollConnection(accepted, _transport.NextLoop(), _transport.Resources), _acceptor, _observer);
            }
            else if (accepted == -Errno.TryAgain)
            {
                return;
            }
            else if (accepted != -Errno.Interrupted && !ContinueAfter(Errno.ToSocketError(-accepted)))
            {
                return;
            }
        }

        Request(ListenerRequests.Accept);
    }

    private bool ContinueAfter(SocketError error)
    {
        switch (_retry.ScheduleRetry(error))
        {
            case null:
                End();
                return false;
            case { Ticks: 0 }:
                return true;
            case { } wait:
                _backingOff = true;
                _timer.Change(wait, Timeout.InfiniteTimeSpan);
                return false;
        }
    }

    private void Fail(SocketError error)
    {
        if (!_over)
        {
            End();
            _observer.ListenerFailed(error);
        }
    }

    private void End()
    {
        if (_over)
        {
            return;
        }

        _over = true;
        if (_registration != 0)
        {
            _loop.DetachOpen(_registration, _descriptor);
        }
    }
}
