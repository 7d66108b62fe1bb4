using System.Buffers;
using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>A subscriber that takes its first list and then never reads from its socket again; it stays alive by pings.</summary>
/// <remarks>Owned by its plan. One task sends the pings from <see cref="SubscribeAsync"/> to <see cref="DisposeAsync"/>; nobody reads.</remarks>
internal sealed class SlowSubscriber : IAsyncDisposable
{
    // The kernel takes twice of it; with more, it would take long until the server notices.
    private const int ReceiveBufferBytes = 4096;
    private const ulong SetupId = 1;
    private const ulong SubscribeId = 2;
    private const ulong SubscriptionId = 1;
    private const ulong FirstPush = 1;
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly CancellationTokenSource _ending = new();
    private Task _pinging = Task.CompletedTask;

    private SlowSubscriber(Socket socket) => _socket = socket;

    /// <summary>Connects and subscribes to a service.</summary>
    /// <exception cref="TargetException">It did not work.</exception>
    public static async Task<SlowSubscriber> SubscribeAsync(IPEndPoint server, string service, CancellationToken cancellationToken)
    {
        Socket socket = new(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = ReceiveBufferBytes };
        SlowSubscriber subscriber = new(socket);
        try
        {
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            await socket.SendAsync(Greeting(service), cancellationToken).ConfigureAwait(false);
            if (await subscriber.ReadFirstListAsync(cancellationToken).ConfigureAwait(false))
            {
                await socket.SendAsync(Control(FrameKind.Ack, FirstPush), cancellationToken).ConfigureAwait(false);
            }

            subscriber._pinging = subscriber.PingAsync();
            return subscriber;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or TargetException)
        {
            await subscriber.DisposeAsync().ConfigureAwait(false);
            throw fault as TargetException ?? new TargetException($"slow subscriber: {(fault as SocketException)?.SocketErrorCode.ToString() ?? TargetStatus.Cancelled}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _pinging.ConfigureAwait(false);
        _socket.Dispose();
        _ending.Dispose();
    }

    private static byte[] Greeting(string service)
    {
        NativeIdentity identity = new();
        SetupRequest setup = new()
        {
            ClientName = "load, slow",
            ClientInstanceId = identity.InstanceId,
            ConnectionNumber = identity.NextConnection(),
        };
        SubscribeRequest subscribe = new() { Subscriptions = { new Subscription { Id = SubscriptionId, Name = service } } };
        byte[] preface = new byte[Preface.Size];
        Preface.Write(preface);
        return
        [
            .. preface,
            .. Request(MessageType.Setup, SetupId, setup.ToByteArray()),
            .. Request(MessageType.Subscribe, SubscribeId, subscribe.ToByteArray()),
        ];
    }

    private static byte[] Request(MessageType type, ulong correlationId, byte[] body)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, type, correlationId).Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    private static byte[] Control(FrameKind kind, ulong value)
    {
        byte[] frame = new byte[FrameHeader.Size + UInt64Body.Size];
        new FrameHeader(UInt64Body.Size, kind, FrameFlags.None, MessageType.None, 0).Write(frame);
        new UInt64Body(value).Write(frame.AsSpan(FrameHeader.Size));
        return frame;
    }

    /// <summary>Reads up to the first list, or to the first piece of a large one; what came behind it is dropped.</summary>
    /// <returns>Whether the server wants to know that it was taken in.</returns>
    private async Task<bool> ReadFirstListAsync(CancellationToken cancellationToken)
    {
        byte[] received = new byte[ReceiveBufferBytes];
        int count = 0;
        bool acknowledges;
        while (!HasFirstList(received.AsMemory(0, count), out acknowledges))
        {
            if (count == received.Length)
            {
                Array.Resize(ref received, received.Length * 2);
            }

            int read = await _socket.ReceiveAsync(received.AsMemory(count), cancellationToken).ConfigureAwait(false);
            count += read > 0 ? read : throw new TargetException("slow subscriber: the server closed");
        }

        return acknowledges;
    }

    private static bool HasFirstList(ReadOnlyMemory<byte> received, out bool acknowledges)
    {
        acknowledges = false;
        ReadOnlySequence<byte> rest = new(received);
        while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            if ((frame.Header.Flags & FrameFlags.Error) != 0)
            {
                throw new TargetException("slow subscriber: refused");
            }

            bool isList = frame.Header.Kind is FrameKind.Push or FrameKind.Chunk;
            if (isList && frame.Header.CorrelationId == SubscriptionId)
            {
                acknowledges = frame.Header.Kind == FrameKind.Push && (frame.Header.Flags & FrameFlags.AckNow) != 0;
                return true;
            }

            if (frame.Header.Kind == FrameKind.Response && frame.Header.CorrelationId == SubscribeId && !frame.Body.IsEmpty)
            {
                throw new TargetException("slow subscriber: refused");
            }
        }

        return false;
    }

    private async Task PingAsync()
    {
        byte[] ping = Control(FrameKind.Ping, 1);
        using PeriodicTimer timer = new(PingEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false))
            {
                await _socket.SendAsync(ping, _ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The end of the run, or the server had enough of it.
        }
    }
}
