using System.Net;
using System.Net.Sockets;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>A client that is bytes on a socket, from a loopback address of its choice.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly Queue<ReceivedFrame> _pushes = new();

    private RawSocket(Socket socket) => _socket = socket;

    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public static async Task<RawSocket> ConnectAsync(IPEndPoint server, string from)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(server, TestContext.Current.CancellationToken);
        return new RawSocket(socket);
    }

    /// <summary>Connects, sends preface and set-up, and reads the answer.</summary>
    public static async Task<RawSocket> SetUpAsync(IPEndPoint server, string from, params (string Key, string Value)[] labels)
    {
        RawSocket client = await ConnectAsync(server, from);
        SetupRequest setup = RawClient.NewSetup();
        setup.Labels.AddRange(labels.Select(static label => new Label { Key = label.Key, Value = label.Value }));
        byte[] hello = [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, setup)];
        await client._socket.SendAsync(hello, TestContext.Current.CancellationToken);
        (await client.ReadAsync()).Answer(SetupReply.Parser);
        return client;
    }

    /// <summary>Sends a request and reads the answer; pushes that come before it stay to be read.</summary>
    public async Task<ReceivedFrame> CallAsync(MessageType type, ulong id, Google.Protobuf.IMessage request)
    {
        await _socket.SendAsync(RawClient.RequestBytes(type, id, request), TestContext.Current.CancellationToken);
        while (true)
        {
            ReceivedFrame frame = await ReceiveAsync();
            if (frame.Kind == FrameKind.Response && frame.CorrelationId == id)
            {
                return frame;
            }

            _pushes.Enqueue(frame);
        }
    }

    /// <summary>The next frame.</summary>
    public async Task<ReceivedFrame> ReadAsync() => _pushes.TryDequeue(out ReceivedFrame? push) ? push : await ReceiveAsync();

    private async Task<ReceivedFrame> ReceiveAsync()
    {
        byte[] header = new byte[FrameHeader.Size];
        Assert.True(await FillAsync(header), "the server closed");
        FrameHeader read = FrameHeader.Read(header, out _);
        byte[] body = new byte[read.BodyLength];
        Assert.True(await FillAsync(body), "the server closed in a frame");
        return new ReceivedFrame(read, body);
    }

    /// <summary>Whether the server ends the connection without another frame.</summary>
    public async Task<bool> EndsAsync()
    {
        try
        {
            return !await FillAsync(new byte[1]);
        }
        catch (SocketException)
        {
            return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task<bool> FillAsync(byte[] buffer)
    {
        using CancellationTokenSource timed = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timed.CancelAfter(TimeSpan.FromSeconds(20));
        for (int filled = 0; filled < buffer.Length;)
        {
            int received = await _socket.ReceiveAsync(buffer.AsMemory(filled), timed.Token);
            if (received == 0)
            {
                return false;
            }

            filled += received;
        }

        return true;
    }
}
