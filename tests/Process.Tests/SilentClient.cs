using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.ProcessTests;

/// <summary>A client that never says anything by itself and answers probes: bytes on a socket, nothing of the client library.</summary>
internal sealed class SilentClient : IAsyncDisposable
{
    private readonly TcpClient _socket = new();
    private readonly CancellationTokenSource _ending = new();
    private Task _answering = Task.CompletedTask;

    private SilentClient()
    {
    }

    public bool IsOpen => !_answering.IsCompleted;

    public static async Task<SilentClient> ConnectAsync(int port)
    {
        SilentClient client = new();
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        byte[] preface = new byte[Preface.Size];
        Preface.Write(preface);
        await client._socket.GetStream().WriteAsync(preface);
        SetupRequest setup = new() { ClientName = "silent", ClientInstanceId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)) };
        await client.SendAsync(FrameKind.Request, MessageType.Setup, 1, setup.ToByteArray());
        (FrameHeader header, _) = await client.ReadAsync();
        Assert.Equal((FrameKind.Response, FrameFlags.None), (header.Kind, header.Flags));
        client._answering = client.AnswerProbesAsync();
        return client;
    }

    public static async Task<SilentClient> RegisterAsync(int port, string service, int instancePort)
    {
        SilentClient client = await ConnectAsync(port);
        RegisterRequest register = new() { Name = service, Instance = new Instance { Ip = "127.0.0.1", Port = (uint)instancePort } };
        await client.SendAsync(FrameKind.Request, MessageType.Register, 2, register.ToByteArray());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _answering;
        _socket.Dispose();
        _ending.Dispose();
    }

    private async Task AnswerProbesAsync()
    {
        try
        {
            while (true)
            {
                (FrameHeader header, byte[] body) = await ReadAsync();
                if (header.Kind == FrameKind.Probe)
                {
                    await SendAsync(FrameKind.Pong, MessageType.None, 0, body);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The server closed, or the test is over.
        }
    }

    private async Task SendAsync(FrameKind kind, MessageType type, ulong correlationId, byte[] body)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        new FrameHeader((uint)body.Length, kind, FrameFlags.None, type, correlationId).Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        await _socket.GetStream().WriteAsync(frame, _ending.Token);
    }

    private async Task<(FrameHeader Header, byte[] Body)> ReadAsync()
    {
        byte[] header = new byte[FrameHeader.Size];
        await _socket.GetStream().ReadExactlyAsync(header, _ending.Token);
        FrameHeader parsed = FrameHeader.Read(header, out _);
        byte[] body = new byte[parsed.BodyLength];
        await _socket.GetStream().ReadExactlyAsync(body, _ending.Token);
        return (parsed, body);
    }
}
