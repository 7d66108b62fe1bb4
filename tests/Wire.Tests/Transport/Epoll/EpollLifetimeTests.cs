using System.Collections.Concurrent;
using System.Net.Sockets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>How loops begin, end, and fail.</summary>
public sealed class EpollLifetimeTests
{
    private readonly TransportResources _resources = new();
    private readonly ConcurrentQueue<Exception> _faults = new();

    [Fact]
    public async Task The_end_of_the_transport_ends_every_connection_once_and_gives_everything_back()
    {
        EpollTransport transport = Create(new ForwardingSystemCalls(), loops: 2);
        EpollPairs pairs = new(transport);
        List<TestHandler> handlers = [];
        for (int i = 0; i < 20; i++)
        {
            (TestHandler server, TestHandler client) = await pairs.ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
            handlers.AddRange([server, client]);
            TransportFixture.Send(client.Connection, new byte[300_000]);
        }

        await transport.DisposeAsync();
        await transport.DisposeAsync();
        Assert.All(handlers, static handler => Assert.Equal(1, handler.Closed));
        Assert.All(handlers, static handler => Assert.Null(handler.Violation));
        Assert.Equal(SocketError.OperationAborted, pairs.Observer.Ended);
        await pairs.DisposeAsync();
        Eventually.True(() => _resources.Blocks.Rented == 0 && _resources.Budget.UsedBytes == 0);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Whoever_comes_after_the_end_is_told_so()
    {
        EpollTransport transport = Create(new ForwardingSystemCalls());
        EpollPairs pairs = new(transport);
        Connection late = await new EpollConnector(transport).ConnectAsync(pairs.EndPoint, null, TestContext.Current.CancellationToken);
        await transport.DisposeAsync();

        TestHandler handler = new(late, TestHandler.Swallow);
        late.Start(handler);
        Eventually.True(() => handler.Closed == 1);
        Assert.Equal(AppendOutcome.Closed, late.Send(new Wire.Framing.FrameHeader(), []));
        SocketException refused = await Assert.ThrowsAsync<SocketException>(
            async () => await new EpollConnector(transport).ConnectAsync(pairs.EndPoint, null, TestContext.Current.CancellationToken));
        Assert.Equal(SocketError.OperationAborted, refused.SocketErrorCode);
        await pairs.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_nobody_starts_is_closed_by_an_abort()
    {
        await using EpollTransport transport = Create(new ForwardingSystemCalls());
        EpollPairs pairs = new(transport);
        Connection idle = await new EpollConnector(transport).ConnectAsync(pairs.EndPoint, null, TestContext.Current.CancellationToken);
        Assert.NotNull(idle.RemoteEndPoint);
        idle.Abort(CloseReason.Aborted);
        Eventually.True(() => idle.RemoteEndPoint is null);

        // Somebody may have been about to start it; it is told of the end.
        TestHandler handler = new(idle, TestHandler.Swallow);
        idle.Start(handler);
        Eventually.True(() => handler.Closed == 1);
        await pairs.DisposeAsync();
    }

    [Fact]
    public async Task A_kernel_that_refuses_to_wait_is_reported_and_nobody_is_left_waiting()
    {
        BrokenWait system = new();
        await using EpollTransport transport = Create(system);
        EpollPairs pairs = new(transport);
        (TestHandler server, TestHandler client) = await pairs.ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        system.Break();
        TransportFixture.Send(client.Connection, [1]);
        Eventually.True(() => server.Closed == 1 && client.Closed == 1);
        Eventually.True(() => pairs.Observer.Ended is not null);
        Assert.Contains("refuses", Assert.Single(_faults).Message, StringComparison.Ordinal);
        await pairs.DisposeAsync();
    }

    [Fact]
    public async Task What_nothing_else_catches_is_reported_and_the_loop_goes_on()
    {
        await using EpollTransport transport = Create(new ForwardingSystemCalls());
        EpollPairs pairs = new(transport);
        transport.NextLoop().Post(new ThrowingItem());
        Eventually.True(() => !_faults.IsEmpty);
        (_, TestHandler client) = await pairs.ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        TransportFixture.Send(client.Connection, [1]);
        Eventually.True(() => client.ReceivedBytes == 1);
        await pairs.DisposeAsync();
    }

    [Fact]
    public async Task A_sender_that_parks_after_the_end_gives_everything_back_itself()
    {
        EndsWhileSending system = new();
        await using EpollTransport transport = Create(system);
        EpollPairs pairs = new(transport);
        (TestHandler server, _) = await pairs.ConnectAsync(TestHandler.Swallow, TestHandler.Swallow);
        system.Ending = server;
        TransportFixture.Send(server.Connection, new byte[100_000]);
        Assert.Equal(1, server.Closed);
        Assert.Equal(0, _resources.Budget.UsedBytes);
        Assert.Equal(0, server.Connection.Outbound.QueuedBytes);
        await pairs.DisposeAsync();
    }

    [Fact]
    public void Without_a_descriptor_a_transport_is_an_exception_and_keeps_none()
    {
        OutOfDescriptors system = new();
        Assert.Throws<IOException>(() => Create(system, loops: 2));
        Assert.Equal(0, system.Open);
    }

    private EpollTransport Create(ISystemCalls system, int loops = 1) => new(_resources, new EpollTransportOptions { Loops = loops, Faulted = _faults.Enqueue }, system);

    private sealed class ThrowingItem : ILoopItem
    {
        public ILoopItem? NextInInbox { get; set; }

        public void RunOnLoop() => throw new InvalidOperationException("defect");
    }

    private sealed class BrokenWait : ForwardingSystemCalls
    {
        private volatile bool _broken;

        public void Break() => _broken = true;

        public override int Wait(int epoll, EventBuffer events, int timeoutMilliseconds) =>
            _broken ? -Errno.InvalidArgument : base.Wait(epoll, events, timeoutMilliseconds);
    }

    /// <summary>Finds no room, and by the time it says so the connection has ended.</summary>
    private sealed class EndsWhileSending : ForwardingSystemCalls
    {
        public TestHandler? Ending { get; set; }

        public override int Send(int descriptor, ReadOnlySpan<byte> bytes)
        {
            if (Ending is not { } ending)
            {
                return base.Send(descriptor, bytes);
            }

            Ending = null;
            ending.Connection.Abort(CloseReason.Aborted);
            Eventually.True(() => ending.Closed == 1);
            return -Errno.TryAgain;
        }
    }

    /// <summary>Has three descriptors: one loop and a half.</summary>
    private sealed class OutOfDescriptors : ForwardingSystemCalls
    {
        private int _made;

        public int Open { get; private set; }

        public override int CreateEpoll() => Count(base.CreateEpoll);

        public override int CreateEvent() => Count(base.CreateEvent);

        public override int Close(int descriptor)
        {
            Open--;
            return base.Close(descriptor);
        }

        private int Count(Func<int> create)
        {
            if (++_made > 3)
            {
                return -Errno.TooManyFiles;
            }

            Open++;
            return create();
        }
    }
}
