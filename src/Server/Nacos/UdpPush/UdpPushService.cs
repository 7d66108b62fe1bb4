using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>The socket that sends datagrams and receives their acknowledgements. Starts and stops with the host.</summary>
/// <remarks>Push workers and the wheel's thread send, without waiting; one task receives.</remarks>
internal sealed partial class UdpPushService(UdpSubscribers subscribers, IPAddress address, ILogger<UdpPushService> log) : IHostedService, IDatagramSender, IDisposable
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
        // A stop without time left may never have called StopAsync; a later call finds the work done. The receiver ends with its socket.
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
            // No room, no route, or the node is stopping. A datagram may get lost; it is sent once more when it is not acknowledged.
            DatagramLost(log, fault.Message);
        }
    }

    [LoggerMessage(63, LogLevel.Debug, "A datagram could not be sent: {Reason}")]
    private static partial void DatagramLost(ILogger log, string reason);

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
                // The datagram is too long for an acknowledgement, or the network reports that a target is unreachable.
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

/// <summary>Sends datagrams. Must not block: a datagram that cannot be sent at once is lost, as any datagram may be.</summary>
internal interface IDatagramSender
{
    void Send(ReadOnlySpan<byte> datagram, IPEndPoint target);
}

/// <summary>Reads <c>{"type":"push-ack","lastRefTime":number,"data":""}</c>; the number may be a text.</summary>
internal static class PushAcknowledgement
{
    /// <summary>The longest datagram that is read.</summary>
    public const int MaximumBytes = 1024;

    /// <summary>Reads the number; false for everything that is no acknowledgement. The sender gets no answer.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out long number)
    {
        number = 0;
        bool isAcknowledgement = false;
        try
        {
            Utf8JsonReader json = new(datagram);
            while (json.Read())
            {
                if (json.CurrentDepth != 1 || json.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (json.ValueTextEquals("type"u8))
                {
                    isAcknowledgement = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("push-ack"u8);
                }
                else if (json.ValueTextEquals("lastRefTime"u8) && json.Read() && json.TokenType is JsonTokenType.Number or JsonTokenType.String)
                {
                    long.TryParse(Encoding.UTF8.GetString(json.ValueSpan), NumberStyles.None, CultureInfo.InvariantCulture, out number);
                }
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The second: an escape that is half a surrogate pair.
            return false;
        }

        return isAcknowledgement && number > 0;
    }
}
