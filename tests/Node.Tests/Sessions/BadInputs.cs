using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>A node with a client that does as it should, beside the one that sends what is wrong: whatever that one sends, the node goes on serving the other one
/// and holds nothing of it afterwards.</summary>
internal sealed class BadInputs : IDisposable
{
    private readonly NodeFixture _node;
    private readonly RawClient _other;

    public BadInputs(NodeFixture? node = null)
    {
        _node = node ?? new NodeFixture();
        _other = _node.Connect();
        _other.Register("other", 1);
    }

    public NodeFixture Node => _node;

    /// <summary>One that has sent its preface and nothing more.</summary>
    public RawClient ConnectBeforeSetup()
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        return client;
    }

    /// <summary>The node has said goaway, and nothing else, and ends the connection.</summary>
    public void AssertEnds(RawClient client, GoAwayReason reason)
    {
        client.ReadGoAway(reason);
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
        Assert.Equal(CloseKind.GoAwaySent, client.Connection.CloseReason!.Kind);
        Assert.Equal(reason, client.Connection.CloseReason.GoAway);
        AssertServesTheOther(client);
    }

    /// <summary>The answer that must be next is this error; the session goes on.</summary>
    public ErrorReply AssertRefused(RawClient client, ulong correlationId, MessageType type, ErrorCode code, string field = "")
    {
        ReceivedFrame answer = client.Read();
        Assert.Equal((FrameKind.Response, type, correlationId), (answer.Kind, answer.Type, answer.CorrelationId));
        Assert.Equal((code, field), ((ErrorCode)answer.Error.Code, answer.Error.Field));
        Assert.Null(client.TryRead());
        AssertGoesOn(client);
        return answer.Error;
    }

    /// <summary>Nothing was answered; the session goes on.</summary>
    public void AssertIgnored(RawClient client)
    {
        Assert.Null(client.TryRead());
        AssertGoesOn(client);
    }

    /// <summary>The client and the other one are served, and when the client has gone, nothing is left of it.</summary>
    public void AssertGoesOn(RawClient client)
    {
        client.Ping(77);
        ReceivedFrame pong = client.Read();
        Assert.Equal((FrameKind.Pong, 77UL), (pong.Kind, UInt64Body.Read(pong.Body).Value));
        AssertServesTheOther(client);
    }

    public void Dispose() => _node.Dispose();

    /// <summary>A request as its bytes.</summary>
    public static byte[] Encoded(IMessage message) => message.ToByteArray();

    private void AssertServesTheOther(RawClient client)
    {
        Assert.Equal([1], _other.Query("other").Ports());
        client.Close();
        Assert.Equal(1, _node.Registry.PublicationCount);
        Assert.Equal(0, _node.Registry.SubscriptionCount);
        _other.Close();
        _node.AssertNothingHeld();
    }
}
