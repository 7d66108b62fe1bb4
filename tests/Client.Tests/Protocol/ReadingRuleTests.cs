using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Connecting;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;
using Google.Protobuf;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Protocol;

/// <summary>A client whose server has stopped reading: its output waits, and it goes on reading all the same.</summary>
public sealed class ReadingRuleTests : IAsyncDisposable
{
    private static readonly ServiceKey Orders = new("orders");
    private static readonly RegistryInstance A = new("10.0.0.1", 80);

    private readonly VirtualTimeProvider _time = new();
    private readonly NamingClient _client;
    private readonly BareServer _server = new();

    public ReadingRuleTests() => _client = new NamingClient(new NamingClientOptions { Servers = ["one:7848"] }, _server, new ListLoggerFactory(), _time);

    private PipeConnection? Connection => _server.Connection;

    private IDuplexPipe? Peer => _server.Peer;

    public async ValueTask DisposeAsync()
    {
        if (Peer is not null)
        {
            await Peer.Output.CompleteAsync();
            await Peer.Input.CompleteAsync();
        }

        await _client.DisposeAsync();
    }

    [Fact]
    [ProtocolRule("Q-10")]
    public async Task A_client_reads_on_while_its_own_output_is_behind()
    {
        await UntilAsync(() => Peer is not null);
        await AnswerAsync(await ReadRequestAsync(MessageType.Setup), new SetupReply { Epoch = ScriptedServer.Epoch(1), SeesMajority = true });
        ChangeLog log = new();
        Task subscribing = _client.SubscribeAsync(Orders, log.Note).AsTask();
        ReceivedRequest subscribe = await ReadRequestAsync(MessageType.Subscribe);
        ulong id = SubscribeRequest.Parser.ParseFrom(subscribe.Body).Subscriptions[0].Id;
        await AnswerAsync(subscribe, new SubscribeReply());
        await PushAsync(id, ScriptedServer.List("orders", 1, 1));
        await UntilAsync(() => subscribing.IsCompleted);

        // Nobody reads it: it stays with the client.
        RegistryInstance[] many = [.. Enumerable.Range(1, 8_000).Select(static port => new RegistryInstance("10.0.0.1", port) { InstanceId = new string('i', 100) })];
        Task registering = _client.RegisterAsync(new ServiceKey("many"), many).AsTask();
        await UntilAsync(() => Connection!.Outbound.QueuedBytes > 100_000);
        await PushAsync(id, ScriptedServer.List("orders", 1, 2, A));
        await UntilAsync(() => log.Count == 2);

        Assert.Equal([A], log.Last.Instances);
        Assert.True(Connection!.Outbound.QueuedBytes > 100_000);
        Assert.False(registering.IsCompleted);
        await DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => registering);
    }

    private async Task UntilAsync(Func<bool> condition)
    {
        CancellationToken deadline = TestContext.Current.CancellationToken;
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 10_000, "the condition did not come true in time");
            _time.Advance(TimeSpan.Zero);
            await Task.Delay(1, deadline);
        }
    }

    private async Task<ReceivedRequest> ReadRequestAsync(MessageType type)
    {
        while (true)
        {
            ReadResult read = await Peer!.Input.ReadAsync(TestContext.Current.CancellationToken);
            ReadOnlySequence<byte> rest = read.Buffer;
            if (type == MessageType.Setup && rest.Length > Preface.Size)
            {
                rest = rest.Slice(Preface.Size);
            }

            if (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                ReceivedRequest request = new(frame.Header, frame.Body.ToArray());
                Peer.Input.AdvanceTo(rest.Start);
                Assert.Equal((FrameKind.Request, type), (request.Header.Kind, request.Header.Type));
                return request;
            }

            Peer.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private Task AnswerAsync(ReceivedRequest request, IMessage answer) =>
        SendAsync(FrameKind.Response, request.Header.Type, request.Header.CorrelationId, answer.ToByteArray());

    private Task PushAsync(ulong id, Snapshot list) => SendAsync(FrameKind.Push, MessageType.SnapshotPush, id, [.. new byte[PushPrefix.Size], .. list.ToByteArray()]);

    private async Task SendAsync(FrameKind kind, MessageType type, ulong correlationId, byte[] body)
    {
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader((uint)body.Length, kind, FrameFlags.None, type, correlationId).Write(header);
        await Peer!.Output.WriteAsync((byte[])[.. header, .. body], TestContext.Current.CancellationToken);
    }

    private sealed record ReceivedRequest(FrameHeader Header, byte[] Body);

    /// <summary>A server that is nothing but the other end of a pipe.</summary>
    private sealed class BareServer : IServerConnector
    {
        public PipeConnection? Connection { get; private set; }

        public IDuplexPipe? Peer { get; private set; }

        public ValueTask<Connection> ConnectAsync(ServerAddress address, CancellationToken cancellationToken)
        {
            (PipeConnection connection, Peer) = InMemoryTransport.CreateWithBarePeer(new TransportResources(SocketServerConnector.Limits));
            Connection = connection;
            return ValueTask.FromResult<Connection>(connection);
        }
    }
}
