using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.ProcessTests;

/// <summary>A connection that has done its set-up: frames on a socket, nothing of the client library. One reader and one writer at a time.</summary>
internal sealed class FrameSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly NetworkStream _stream;

    private FrameSocket(int port, int? receiveBufferBytes)
    {
        if (receiveBufferBytes is { } bytes)
        {
            // Before it connects: the window is agreed on then.
            _socket.ReceiveBufferSize = bytes;
        }

        _socket.Connect(IPAddress.Loopback, port);
        _stream = new NetworkStream(_socket);
    }

    public int LocalPort => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <param name="port">Of the server on this machine.</param>
    /// <param name="name">What operators see.</param>
    /// <param name="receiveBufferBytes">What the kernel may keep for a reader that does not read; null = its default.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FrameSocket> ConnectAsync(int port, string name, int? receiveBufferBytes, CancellationToken cancellationToken)
    {
        FrameSocket socket = new(port, receiveBufferBytes);
        byte[] preface = new byte[Preface.Size];
        Preface.Write(preface);
        await socket._stream.WriteAsync(preface, cancellationToken);
        SetupRequest setup = new()
        {
            ClientName = name,
            ClientInstanceId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
            ConnectionNumber = 1,
        };
        await socket.SendAsync(FrameKind.Request, MessageType.Setup, 1, setup.ToByteArray(), cancellationToken);
        (FrameHeader header, _) = await socket.ReadAsync(cancellationToken);
        Assert.Equal((FrameKind.Response, FrameFlags.None), (header.Kind, header.Flags));
        return socket;
    }

    public async Task SendAsync(FrameKind kind, MessageType type, ulong correlationId, byte[] body, CancellationToken cancellationToken)
    {
        byte[] frame = new byte[FrameHeader.Size + body.Length];
        new FrameHeader((uint)body.Length, kind, FrameFlags.None, type, correlationId).Write(frame);
        body.CopyTo(frame, FrameHeader.Size);
        await _stream.WriteAsync(frame, cancellationToken);
    }

    /// <exception cref="IOException">The server has closed.</exception>
    public async Task<(FrameHeader Header, byte[] Body)> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] header = new byte[FrameHeader.Size];
        await _stream.ReadExactlyAsync(header, cancellationToken);
        FrameHeader parsed = FrameHeader.Read(header, out _);
        byte[] body = new byte[parsed.BodyLength];
        await _stream.ReadExactlyAsync(body, cancellationToken);
        return (parsed, body);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
