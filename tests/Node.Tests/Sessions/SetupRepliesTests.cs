using FastRegistry.Node.Configuration;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class SetupRepliesTests
{
    private readonly SetupReplies _replies = new(new NodeEpoch(1, 2), new RegistryNodeOptions { Node = new NodeOptions { Id = "n" } });

    [Fact]
    public void Clients_that_announce_the_same_share_one_body_and_only_bits_both_have_come_back()
    {
        byte[] body = _replies.Encode((ulong)Capabilities.Chunks);
        Assert.Same(body, _replies.Encode((ulong)Capabilities.Chunks | (1UL << 40)));
        Assert.Equal((ulong)Capabilities.Chunks, SetupReply.Parser.ParseFrom(body).Capabilities);
        Assert.Equal((ulong)Capabilities.All, SetupReply.Parser.ParseFrom(_replies.Encode(ulong.MaxValue)).Capabilities);
        Assert.Equal(0u, SetupReply.Parser.ParseFrom(_replies.Encode(0)).Capabilities);
    }

    [Fact]
    public void Addresses_that_are_known_later_are_in_every_reply_from_then_on()
    {
        Assert.Empty(SetupReply.Parser.ParseFrom(_replies.Encode(0)).ClientAddresses);
        _replies.ClientAddresses = ["127.0.0.1:1"];
        Assert.Equal(["127.0.0.1:1"], SetupReply.Parser.ParseFrom(_replies.Encode(0)).ClientAddresses);
    }
}
