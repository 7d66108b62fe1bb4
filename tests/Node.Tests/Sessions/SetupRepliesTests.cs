using FastRegistry.Node.Configuration;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class SetupRepliesTests
{
    private readonly SetupReplies _replies = new(
        new NodeEpoch(1, 2),
        new RegistryNodeOptions
        {
            Node = new NodeOptions { Id = "n" },
            Limits = new LimitOptions { RequestsInWorkPerClient = 3, SubscriptionsPerClient = 4, PublicationsPerClient = 5 },
        });

    private SetupReply Reply => SetupReply.Parser.ParseFrom(_replies.Encode());

    [Fact]
    public void All_clients_share_one_body_while_the_cluster_stays_as_it_is()
    {
        byte[] body = _replies.Encode();
        Assert.Same(body, _replies.Encode());
        _replies.State = new ClusterState(SeesMajority: true, []);
        Assert.NotSame(body, _replies.Encode());
        Assert.Same(_replies.Encode(), _replies.Encode());
    }

    [Fact]
    public void A_reply_says_what_the_node_takes()
    {
        SetupReply reply = Reply;
        Assert.Equal(new Epoch { Node = 1, Incarnation = 2 }, reply.Epoch);
        Assert.Equal((ulong)Capabilities.All, reply.Capabilities);
        Assert.Equal(
            (3u, (uint)WireLimits.MaximumBodyBytes, 4u, 5u),
            (reply.Limits.OutstandingRequests, reply.Limits.RequestBytes, reply.Limits.Subscriptions, reply.Limits.Publications));

        // Reserved for authentication.
        Assert.Equal(("", 0u), (reply.User, reply.CredentialMilliseconds));
    }

    [Fact]
    public void What_is_known_later_of_the_cluster_is_in_every_reply_from_then_on()
    {
        Assert.Equal((true, 0), (Reply.SeesMajority, Reply.ClientAddresses.Count));
        _replies.State = new ClusterState(SeesMajority: false, ["127.0.0.1:1", "127.0.0.1:2"]);
        Assert.False(Reply.SeesMajority);
        Assert.Equal(["127.0.0.1:1", "127.0.0.1:2"], Reply.ClientAddresses);
    }
}
