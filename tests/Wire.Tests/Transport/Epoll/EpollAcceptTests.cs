using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>What accepting does when it fails: the tiers of <see cref="AcceptErrors"/>, as for sockets.</summary>
public sealed class EpollAcceptTests : IConnectionAcceptor, IAsyncLifetime
{
    private readonly ScriptedAccepts _system = new();
    private readonly RecordingObserver _observer = new();
    private readonly VirtualTimeProvider _time = new();
    private readonly EpollTransport _transport;
    private readonly EpollListener _listener;
    private int _accepted;

    public EpollAcceptTests()
    {
        _transport = new EpollTransport(new TransportResources(), new EpollTransportOptions(), _system);
        _listener = new EpollListener(new IPEndPoint(IPAddress.Loopback, 0), _transport, this, _observer, _time);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _transport.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_descriptor_it_waits_longer_each_time_and_loses_nobody()
    {
        _system.Fail(Errno.TooManyFiles, Errno.TooManyFilesInSystem, Errno.OutOfMemory);
        _listener.Start();
        using Socket peer = await ConnectAsync();
        foreach (double wait in new double[] { 100, 200, 400 })
        {
            Eventually.True(() => _observer.Failures.Length > 0 && _observer.Failures[^1].Milliseconds == wait);
            int calls = _system.Calls;

            // Another connection is an event, and no reason to try before the time is over.
            using Socket another = await ConnectAsync();
            _time.Advance(TimeSpan.FromMilliseconds(wait - 1));
            Assert.Equal(calls, _system.Calls);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        Eventually.True(() => Volatile.Read(ref _accepted) == 4);
        Assert.All(_observer.Failures, failure => Assert.Equal(AcceptErrorTier.ResourcePressure, failure.Tier));

        // What went well makes the next wait a short one.
        _system.Fail(Errno.TooManyFiles);
        using Socket last = await ConnectAsync();
        Eventually.True(() => _observer.Failures.Length == 4);
        Assert.Equal(100, _observer.Failures[3].Milliseconds);
    }

    [Fact]
    public async Task Connections_that_are_gone_already_cost_no_wait()
    {
        _system.Fail(Errno.ConnectionAborted, Errno.Interrupted, Errno.ConnectionReset);
        _listener.Start();
        using Socket peer = await ConnectAsync();
        Eventually.True(() => Volatile.Read(ref _accepted) == 1);
        Assert.Equal(
            [(AcceptErrorTier.Transient, SocketError.ConnectionAborted, 0), (AcceptErrorTier.Transient, SocketError.ConnectionReset, 0)],
            _observer.Failures);
    }

    [Fact]
    public async Task A_socket_that_cannot_listen_ends_the_listener_and_the_host_is_told()
    {
        _system.Fail(Errno.InvalidArgument);
        _listener.Start();
        using Socket peer = await ConnectAsync();
        Eventually.True(() => _observer.Ended is not null);
        Assert.Equal(SocketError.InvalidArgument, _observer.Ended);
        Assert.Equal(0, _transport.Sources);
    }

    [Fact]
    public async Task More_connections_than_one_turn_takes_are_all_accepted()
    {
        List<Socket> peers = [];
        for (int i = 0; i < 200; i++)
        {
            peers.Add(await ConnectAsync());
        }

        _listener.Start();
        Eventually.True(() => Volatile.Read(ref _accepted) == 200);
        peers.ForEach(static peer => peer.Dispose());
    }

    IConnectionHandler? IConnectionAcceptor.Accept(Connection connection)
    {
        Interlocked.Increment(ref _accepted);
        return new TestHandler(connection, TestHandler.Swallow);
    }

    private async Task<Socket> ConnectAsync()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndPoint, TestContext.Current.CancellationToken);
        return socket;
    }

    private sealed class ScriptedAccepts : ForwardingSystemCalls
    {
        private readonly ConcurrentQueue<int> _errors = new();
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public void Fail(params int[] errors) => Array.ForEach(errors, _errors.Enqueue);

        public override int Accept(int listener)
        {
            Interlocked.Increment(ref _calls);
            return _errors.TryDequeue(out int error) ? -error : base.Accept(listener);
        }
    }
}
