using System.Buffers;
using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Load.Targets;
using FastRegistry.Node.Requests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class SameAnswerTests
{
    private const int PrefixBytes = 5;

    [Fact]
    public async Task A_query_is_answered_with_the_bytes_of_the_native_handler()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection provider = await baseline.ConnectAsync();
        for (int port = 1; port <= 20; port++)
        {
            await baseline.RegisterAsync(provider, "orders", port);
        }

        byte[] body = new QueryRequest { Name = "orders" }.ToByteArray();
        BaselineSession caller = new(baseline.Host.Node, id: 0);
        Assert.True(baseline.Host.Node.Services.Naming.TryRunNow(caller, MessageType.Query, new ReadOnlySequence<byte>(body), out NamingAnswer native, out _));
        using RawGrpcClient client = await RawGrpcClient.ConnectAsync(baseline.Host);
        await client.SetUpAsync();
        (string status, byte[] answer) = await client.CallAsync("/fastregistry.v1.Naming/Query", [0, 0, 0, 0, (byte)body.Length, .. body]);

        Assert.Equal("0", status);
        Assert.Equal(20, Snapshot.Parser.ParseFrom(native.SharedBody).Instances.Count);
        Assert.Equal(native.SharedBody, answer[PrefixBytes..]);
        await provider.LeaveAsync();
    }
}
