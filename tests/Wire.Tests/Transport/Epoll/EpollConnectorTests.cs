using System.Net;
using System.Net.Sockets;
using FastRegistry.Load.Targets.Native;
using FastRegistry.Tests;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Wire.Tests.Transport.Epoll;

/// <summary>Every way an attempt to connect may go, and that it leaves no descriptor.</summary>
public sealed class EpollConnectorTests
{
    private readonly ScriptedConnects _system = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_peer_that_takes_its_time_is_waited_for()
    {
        _system.Second = Errno.ConnectUnderWay;
        await ConnectAndTalkAsync();
        Assert.Equal(1, _system.ErrorsTaken);
    }

    [Fact]
    public async Task An_interrupted_attempt_goes_on()
    {
        _system.First = Errno.Interrupted;
        await ConnectAndTalkAsync();
    }

    [Fact]
    public async Task A_second_call_that_finds_it_connected_is_a_success_and_no_event_is_waited_for()
    {
        _system.Second = Errno.AlreadyConnected;
        await ConnectAndTalkAsync();
        Assert.Equal(0, _system.ErrorsTaken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_is_an_exception_and_leaves_no_descriptor(bool seenByTheEvent)
    {
        _system.Second = seenByTheEvent ? Errno.ConnectUnderWay : 0;
        SocketException refused = await FailAsync(NobodyListens(), localAddress: null);
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Without_descriptors_it_says_so()
    {
        _system.Create = Errno.TooManyFiles;
        SocketException failed = await FailAsync(NobodyListens(), localAddress: null);
        Assert.Equal(SocketError.TooManyOpenSockets, failed.SocketErrorCode);
    }

    [Fact]
    public async Task An_option_the_kernel_does_not_take_is_an_exception_and_leaves_no_descriptor()
    {
        _system.Option = Errno.InvalidArgument;
        SocketException failed = await FailAsync(NobodyListens(), localAddress: null);
        Assert.Equal(SocketError.InvalidArgument, failed.SocketErrorCode);
    }

    [Fact]
    public async Task A_source_address_that_is_not_of_this_machine_is_an_exception_and_leaves_no_descriptor()
    {
        SocketException failed = await FailAsync(NobodyListens(), IPAddress.Parse("203.0.113.7"));
        Assert.Equal(SocketError.AddressNotAvailable, failed.SocketErrorCode);
    }

    [Fact]
    public async Task Over_IPv6_both_ends_know_each_other()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6");
        using TcpListener listener = new(IPAddress.IPv6Loopback, 0);
        listener.Start();
        await using EpollTransport transport = new(new TransportResources(), new EpollTransportOptions(), _system);
        IPEndPoint listens = (IPEndPoint)listener.LocalEndpoint;
        Connection connection = await new EpollConnector(transport, _system).ConnectAsync(listens, IPAddress.IPv6Loopback, Stop);
        using Socket accepted = await listener.AcceptSocketAsync(Stop);
        Assert.Equal(listens, connection.RemoteEndPoint);
        Assert.Equal(IPAddress.IPv6Loopback, ((IPEndPoint)accepted.RemoteEndPoint!).Address);
        connection.Abort(CloseReason.Aborted);
    }

    private static IPEndPoint NobodyListens()
    {
        using Socket bound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)bound.LocalEndPoint!;
    }

    private async Task ConnectAndTalkAsync()
    {
        await using EpollTransport transport = new(new TransportResources(), new EpollTransportOptions(), _system);
        EpollPairs pairs = new(transport, _system);
        byte[] received = new byte[3];
        (TestHandler server, TestHandler client) = await pairs.ConnectAsync(TestHandler.Echo, TestHandler.Swallow);
        Assert.Equal(pairs.EndPoint, client.Connection.RemoteEndPoint);
        TransportFixture.Send(client.Connection, received);
        Eventually.True(() => client.Connection.Outbound.SentBytes == 3 && server.Connection.Outbound.SentBytes == 3);
        await pairs.DisposeAsync();
    }

    private async Task<SocketException> FailAsync(IPEndPoint endPoint, IPAddress? localAddress)
    {
        await using EpollTransport transport = new(new TransportResources(), new EpollTransportOptions(), _system);
        SocketException failed = await Assert.ThrowsAsync<SocketException>(
            async () => await new EpollConnector(transport, _system).ConnectAsync(endPoint, localAddress, Stop));
        Assert.Equal(_system.Created, _system.ClosedOfCreated);
        return failed;
    }

    /// <summary>The real kernel, with the answers of some calls replaced; 0 = its own answer.</summary>
    private sealed class ScriptedConnects : ForwardingSystemCalls
    {
        private readonly HashSet<int> _created = [];
        private readonly Lock _countLock = new();
        private int _connects;

        public int First { get; set; }

        public int Second { get; set; }

        public int Create { get; set; }

        public int Option { get; set; }

        public int ErrorsTaken { get; private set; }

        public int Created { get; private set; }

        public int ClosedOfCreated { get; private set; }

        public override int CreateSocket(AddressFamily family)
        {
            int descriptor = Create != 0 ? -Create : base.CreateSocket(family);
            lock (_countLock)
            {
                if (descriptor >= 0)
                {
                    _created.Add(descriptor);
                    Created++;
                }
            }

            return descriptor;
        }

        public override int SetOption(int descriptor, int level, int option, int value) =>
            Option != 0 ? -Option : base.SetOption(descriptor, level, option, value);

        public override int Connect(int descriptor, ReadOnlySpan<byte> address)
        {
            int number = ++_connects;
            if (number == 2 && Second != 0)
            {
                // Without asking the kernel, which would give its answer away.
                return -Second;
            }

            int result = base.Connect(descriptor, address);
            return number == 1 && First != 0 ? -First : result;
        }

        public override int TakeError(int descriptor)
        {
            ErrorsTaken++;
            return base.TakeError(descriptor);
        }

        public override int Close(int descriptor)
        {
            lock (_countLock)
            {
                ClosedOfCreated += _created.Remove(descriptor) ? 1 : 0;
            }

            return base.Close(descriptor);
        }
    }
}
