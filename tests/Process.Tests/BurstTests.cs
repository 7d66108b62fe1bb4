using System.Collections.Immutable;
using FastRegistry.Client;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.ProcessTests;

/// <summary>A client that asks for much at once over a loopback socket, one request each, and reads promptly: everything is answered on the connection it
/// has.</summary>
public sealed class BurstTests
{
    private const int Pairs = 400;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [ProcessFact]
    public Task Sixty_subscribes_to_lists_of_22_kilobytes_all_get_their_lists() => SubscribeAsync(lists: 60, instances: 88);

    [ProcessFact]
    public Task Thirty_subscribes_to_lists_of_61_kilobytes_all_get_their_lists() => SubscribeAsync(lists: 30, instances: 240);

    [ProcessFact]
    public Task Two_hundred_subscribes_to_lists_of_44_kilobytes_all_get_their_lists() => SubscribeAsync(lists: 200, instances: 170);

    [ProcessFact]
    public async Task Four_hundred_registrations_each_with_a_query_are_all_answered()
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        using FrameSocket client = await FrameSocket.ConnectAsync(server.ClientPort, "burst", null, Stop);
        List<(MessageType, IMessage)> requests = [];
        for (uint port = 1; port <= Pairs; port++)
        {
            Wire.Messages.Instance instance = new() { Ip = "10.0.0.1", Port = port, Metadata = { new Label { Key = "filler", Value = new string('x', 100) } } };
            requests.Add((MessageType.Register, new RegisterRequest { Name = "pairs", Instance = instance }));
            requests.Add((MessageType.Query, new QueryRequest { Name = "pairs" }));
        }

        (int answers, int pushes) = await AskAsync(client, requests, 2 * Pairs, 0);
        Assert.Equal((2 * Pairs, 0), (answers, pushes));
        await AssertNobodyWasDroppedAsync(server);
    }

    private static async Task SubscribeAsync(int lists, int instances)
    {
        await using ServerProcess server = await ServerProcess.StartAsync("--Deadlines:WarmUp=00:00:00");
        await using NamingClient publisher = new(new NamingClientOptions { Servers = [server.ClientAddress], RequestTimeout = TimeSpan.FromSeconds(30) });
        for (int i = 0; i < lists; i++)
        {
            await publisher.RegisterAsync(new ServiceKey($"burst-{i}"), [.. Enumerable.Range(1, instances).Select(InstanceOf)], Stop);
        }

        using FrameSocket client = await FrameSocket.ConnectAsync(server.ClientPort, "burst", null, Stop);
        (MessageType, IMessage)[] requests =
        [
            .. Enumerable.Range(0, lists).Select(static i =>
                (MessageType.Subscribe, (IMessage)new SubscribeRequest { Subscriptions = { new Wire.Messages.Subscription { Id = (ulong)i + 1, Name = $"burst-{i}" } } })),
        ];
        Assert.Equal((lists, lists), await AskAsync(client, requests, lists, lists));
        await AssertNobodyWasDroppedAsync(server);
    }

    /// <summary>Sends all requests without waiting, and reads until so many answers and pushes have come.</summary>
    private static async Task<(int Answers, int Pushes)> AskAsync(FrameSocket client, IEnumerable<(MessageType Type, IMessage Message)> requests, int answers, int pushes)
    {
        Task sending = SendAsync(client, requests);
        int answered = 0;
        int pushed = 0;
        while (answered < answers || pushed < pushes)
        {
            (FrameHeader header, byte[] body) = await client.ReadAsync(Stop);
            Assert.True((header.Flags & FrameFlags.Error) == 0 && header.Kind != FrameKind.GoAway, $"{header} {Convert.ToHexString(body)}");
            bool isStream = header.Kind == FrameKind.Chunk;
            FrameKind kind = isStream ? ChunkPrefix.Read(body).Kind : header.Kind;
            bool isWhole = !isStream || (header.Flags & FrameFlags.EndOfStream) != 0;
            answered += isWhole && kind == FrameKind.Response ? 1 : 0;
            pushed += isWhole && kind == FrameKind.Push ? 1 : 0;
            if (kind == FrameKind.Response && header.Type == MessageType.Subscribe)
            {
                Assert.Empty(SubscribeReply.Parser.ParseFrom(body).Refused);
            }
        }

        await sending;
        return (answered, pushed);
    }

    private static async Task SendAsync(FrameSocket client, IEnumerable<(MessageType Type, IMessage Message)> requests)
    {
        ulong correlation = 1;
        foreach ((MessageType type, IMessage message) in requests)
        {
            await client.SendAsync(FrameKind.Request, type, ++correlation, message.ToByteArray(), Stop);
        }
    }

    private static async Task AssertNobodyWasDroppedAsync(ServerProcess server)
    {
        foreach (string reason in new[] { "go_away_sent", "aborted", "io_error", "peer_reset", "handler_fault" })
        {
            Assert.Equal((reason, 0), (reason, await server.MetricAsync($"fastregistry_connections_closed_{reason}_total")));
        }
    }

    private static Client.Instance InstanceOf(int port) => new("10.0.0.1", port)
    {
        Metadata = ImmutableDictionary<string, string>.Empty.Add("filler", new string('x', 200)),
    };
}
