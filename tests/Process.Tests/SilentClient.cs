using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.ProcessTests;

/// <summary>A client that never says anything by itself and answers probes.</summary>
internal sealed class SilentClient : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly FrameSocket _socket;
    private readonly Task _answering;

    private SilentClient(FrameSocket socket)
    {
        _socket = socket;
        _answering = AnswerProbesAsync();
    }

    public bool IsOpen => !_answering.IsCompleted;

    public static async Task<SilentClient> ConnectAsync(int port) =>
        new(await FrameSocket.ConnectAsync(port, "silent", receiveBufferBytes: null, TestContext.Current.CancellationToken));

    public static async Task<SilentClient> RegisterAsync(int port, string service, int instancePort)
    {
        SilentClient client = await ConnectAsync(port);
        RegisterRequest register = new() { Name = service, Instance = new Instance { Ip = "127.0.0.1", Port = (uint)instancePort } };
        await client._socket.SendAsync(FrameKind.Request, MessageType.Register, 2, register.ToByteArray(), client._ending.Token);
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
                (FrameHeader header, byte[] body) = await _socket.ReadAsync(_ending.Token);
                if (header.Kind == FrameKind.Probe)
                {
                    await _socket.SendAsync(FrameKind.Pong, MessageType.None, 0, body, _ending.Token);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            // The server closed, or the test is over.
        }
    }
}
