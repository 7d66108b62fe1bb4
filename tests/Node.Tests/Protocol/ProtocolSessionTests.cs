using FastRegistry.Node.Configuration;
using FastRegistry.Node.Sessions;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Tests.Framing;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Protocol;

/// <summary>The vectors of <c>docs/protocol.md</c> against a node: the client's bytes go in, and the node's must come out.</summary>
/// <remarks>What a node decides by itself is put in place of what it sent before bytes are compared: its epoch, and the times of change. Both have a fixed
/// size.</remarks>
public sealed class ProtocolSessionTests : IDisposable
{
    private readonly NodeFixture _node = new(id: "n1");

    public ProtocolSessionTests() => _node.Node.Services.SetupReplies.State = new ClusterState(SeesMajority: true, ["127.0.0.1:7848"]);

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("C-1", "C-16", "F-7", "S-1", "S-3", "S-5", "S-14", "A-2", "C-18", "L-1")]
    public void The_session_of_the_document_is_the_one_a_node_leads()
    {
        RawClient client = _node.ConnectBare();
        client.Write(GoldenVectors.Bytes(GoldenVectors.Preface));
        foreach ((bool fromClient, string name, byte[] bytes) in GoldenVectors.Session)
        {
            if (fromClient)
            {
                Assert.True(client.TryRead() is null, $"the node has sent more before {name}");
                client.Write(bytes);
            }
            else
            {
                AssertSent(name, bytes, client.Read());
            }
        }

        Assert.Equal(1UL, client.Session.AcknowledgedPush);
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    [ProtocolRule("P-6", "P-2")]
    public void A_set_in_parts_is_taken()
    {
        RawClient client = _node.Connect();
        client.Write(GoldenVectors.Bytes(GoldenVectors.BatchRegisterPartFrame));
        Assert.Equal(1, _node.Registry.PublicationCount);
        client.Read().Answer(RegisterReply.Parser);
        client.Write(GoldenVectors.Bytes(GoldenVectors.BatchRegisterLastPartFrame));

        AssertSent(nameof(GoldenVectors.BatchRegisterReplyFrame), GoldenVectors.Bytes(GoldenVectors.BatchRegisterReplyFrame), client.Read());
        Assert.Equal(2, _node.Registry.PublicationCount);
        Assert.Equal("10.0.0.2", Assert.Single(client.Query("pay").Instances).Ip);
    }

    [Fact]
    public void A_query_with_clusters_is_taken()
    {
        RawClient client = _node.Connect();
        client.Register("pay", NewInstance(1, cluster: "west"));
        client.Register("pay", NewInstance(2, cluster: "north"));
        client.Write(GoldenVectors.Bytes(GoldenVectors.QueryRequestFrame));

        ReceivedFrame answer = client.Read();
        Assert.Equal(FrameHeader.Read(GoldenVectors.Bytes(GoldenVectors.QueryReplyFrame), out _) with { BodyLength = 0 }, answer.Header with { BodyLength = 0 });
        Assert.Equal([1], answer.Answer(Snapshot.Parser).Ports());
    }

    [Fact]
    public void A_page_of_names_is_answered()
    {
        RawClient client = _node.Connect();
        foreach (string name in Enumerable.Range(0, 10).Select(static i => $"a{i}").Append("stock").Append("pay"))
        {
            client.Register(name, 1);
        }

        client.Write(GoldenVectors.Bytes(GoldenVectors.ListServicesRequestFrame));

        AssertSent(nameof(GoldenVectors.ListServicesReplyFrame), GoldenVectors.Bytes(GoldenVectors.ListServicesReplyFrame), client.Read());
    }

    [Fact]
    [ProtocolRule("S-4", "S-7", "L-6", "U-1")]
    public void A_client_that_holds_the_list_of_another_epoch_hears_that_it_is_unchanged()
    {
        using NodeFixture node = new(deadlines: new DeadlineOptions(), id: "n1");
        RawClient client = node.Connect();
        client.Register("pay", NewInstance(8080));
        client.Subscribe(1, "other");
        client.Write(GoldenVectors.Bytes(GoldenVectors.ResumeRequestFrame));

        // The golden frame is of a node that was started once more.
        byte[] epoch = new Epoch { Node = 1, Incarnation = 3 }.ToByteArray();
        AssertSent(nameof(GoldenVectors.AllInPlaceReplyFrame), GoldenVectors.Bytes(GoldenVectors.AllInPlaceReplyFrame), client.Read());
        AssertSent(nameof(GoldenVectors.UnchangedPushFrame), GoldenVectors.Bytes(GoldenVectors.UnchangedPushFrame), client.Read(), node, epoch);
    }

    [Fact]
    [ProtocolRule("C-17")]
    public void Changes_of_the_cluster_are_told_at_most_once_a_second()
    {
        RawClient client = _node.Connect();
        ClusterState changed = new(SeesMajority: true, ["127.0.0.1:7848", "127.0.0.2:7848"]);
        _node.Node.Services.SetupReplies.State = changed;
        _node.Node.Cluster.Announce(changed with { SeesMajority = false });
        _node.Node.Cluster.Announce(changed);
        _node.AdvanceMilliseconds(30);
        AssertSent(nameof(GoldenVectors.NodeInfoPushFrame), GoldenVectors.Bytes(GoldenVectors.NodeInfoPushFrame), client.Read());

        _node.Node.Cluster.Announce(changed with { SeesMajority = false });
        _node.Node.Cluster.Announce(changed);
        _node.AdvanceMilliseconds(900);
        Assert.Null(client.TryRead());
        _node.AdvanceMilliseconds(200);
        AssertSent(nameof(GoldenVectors.NodeInfoPushFrame), GoldenVectors.Bytes(GoldenVectors.NodeInfoPushFrame), client.Read());
        Assert.Null(client.TryRead());
    }

    [Theory]
    [ProtocolRule("R-1", "C-18", "F-4", "F-9", "T-12")]
    [InlineData(nameof(GoldenVectors.AuthenticateRequestFrame), nameof(GoldenVectors.AuthenticateRefusedFrame))]
    [InlineData(nameof(GoldenVectors.ProbeFrame), nameof(GoldenVectors.PongFrame))]
    [InlineData(nameof(GoldenVectors.CancelFrame), null)]
    [InlineData(nameof(GoldenVectors.CreditFrame), null)]
    [InlineData(nameof(GoldenVectors.StreamResetFrame), null)]
    [InlineData(nameof(GoldenVectors.SkippableUnknownFrame), null)]
    public void A_frame_of_a_client_has_its_answer_or_none(string sent, string? answer)
    {
        RawClient client = _node.Connect();
        client.Write(Golden(sent));
        if (answer is not null)
        {
            AssertSent(answer, Golden(answer), client.Read());
        }

        client.Ping(1);
        Assert.Equal(FrameKind.Pong, client.Read().Kind);
    }

    [Theory]
    [ProtocolRule("X-3", "C-25", "G-5")]
    [InlineData(nameof(GoldenVectors.ClientMovedFrame), 9)]
    [InlineData(nameof(GoldenVectors.ClientClosingFrame), 0)]
    [InlineData(nameof(GoldenVectors.GoAwayFrame), 0)]
    public void What_a_client_publishes_stays_for_ten_seconds_only_when_it_has_moved(string goAway, int seconds)
    {
        RawClient client = _node.Connect();
        client.Register("pay", 1);
        client.Write(Golden(goAway));
        client.Close();

        _node.AdvanceSeconds(seconds);
        Assert.Equal(seconds > 0 ? 1 : 0, _node.Registry.PublicationCount);
        _node.AdvanceSeconds(2);
        Assert.Equal(0, _node.Registry.PublicationCount);
    }

    private static byte[] Golden(string name) => GoldenVectors.Frames.Single(frame => frame.Name == name).Bytes;

    private void AssertSent(string name, byte[] golden, ReceivedFrame sent) => AssertSent(name, golden, sent, _node, new Epoch { Node = 1, Incarnation = 2 }.ToByteArray());

    private static void AssertSent(string name, byte[] golden, ReceivedFrame sent, NodeFixture node, byte[] epoch)
    {
        byte[] bytes = RawClient.FrameBytes(sent.Header, sent.Body);
        int at = bytes.AsSpan().IndexOf(node.Registry.Epoch.ToMessage().ToByteArray());
        if (at >= 0)
        {
            epoch.CopyTo(bytes, at);
        }

        if (sent.Kind == FrameKind.Push)
        {
            bool isKnown = PushPrefix.Read(golden.AsSpan(FrameHeader.Size)).ChangedAtMicroseconds != 0;
            if (isKnown)
            {
                Assert.InRange(sent.PushPrefix.ChangedAtMicroseconds, 1, (node.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond + 1_000);
            }

            golden.AsSpan(FrameHeader.Size, PushPrefix.Size).CopyTo(bytes.AsSpan(FrameHeader.Size));
        }

        Assert.Equal($"{name} {Convert.ToHexString(golden)}", $"{name} {Convert.ToHexString(bytes)}");
    }
}
