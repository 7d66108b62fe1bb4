using System.Net;
using System.Net.Sockets;
using FastRegistry.Server.Logging;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>The socket datagrams go out of and acknowledgements come in on. Starts and stops with the host.</summary>
/// <remarks>Push workers and the wheel's thread send, without waiting; one task receives.</remarks>
internal sealed class UdpPushService(UdpSubscribers subscribers, IPAddress address, ILogger<UdpPushService> log) : IHostedService, IDatagramSender, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _socket;
    private int _stopped;
    private Task _receiving = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = address.Equals(IPAddress.IPv6Any);
        }

        socket.Bind(new IPEndPoint(address, 0));
        _socket = socket;
        _receiving = Task.Run(() => ReceiveAsync(socket), CancellationToken.None);
        subscribers.Use(this);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host may be stopped again after it was disposed.
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }

        subscribers.Use(null);
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket?.Dispose();
        await _receiving.ConfigureAwait(false);
    }

    public void Dispose()
    {
        // A stop with no time left may not have come here; one that comes later finds it done. The receiver ends with its socket.
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            subscribers.Use(null);
        }

        _socket?.Dispose();
        _stopping.Dispose();
    }

    void IDatagramSender.Send(ReadOnlySpan<byte> datagram, IPEndPoint target)
    {
        try
        {
            _socket?.SendTo(datagram, SocketFlags.None, target);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // No room, no route, or stopping: a datagram may get lost, and is sent once more when nobody acknowledges it.
            log.DatagramLost(fault.Message);
        }
    }

    private async Task ReceiveAsync(Socket socket)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(PushAcknowledgement.MaximumBytes, pinned: true);
        IPEndPoint any = new(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await socket.ReceiveFromAsync(buffer.AsMemory(), SocketFlags.None, any, _stopping.Token).ConfigureAwait(false);
                IPEndPoint from = (IPEndPoint)received.RemoteEndPoint;
                from = from.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(from.Address.MapToIPv4(), from.Port) : from;
                subscribers.Received(buffer.AsSpan(0, received.ReceivedBytes), from);
            }
            catch (SocketException)
            {
                // Too long for an acknowledgement, or word from the network that a target is not there.
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
