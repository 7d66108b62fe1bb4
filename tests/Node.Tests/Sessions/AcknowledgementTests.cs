using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class AcknowledgementTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public AcknowledgementTests()
    {
        _client = _node.Connect();
        _client.Subscribe(1, "s");
        for (int port = 1; port <= 5; port++)
        {
            _client.Register("s", port);
        }

        Assert.Equal([1UL, 2, 3, 4, 5], _client.ReadAll().Select(static push => push.PushPrefix.Sequence));
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void An_ack_is_cumulative_and_never_goes_back()
    {
        Acknowledge(3);
        Assert.Equal(3UL, _client.Session.AcknowledgedPush);
        Acknowledge(2);
        Assert.Equal(3UL, _client.Session.AcknowledgedPush);
    }

    [Fact]
    public void A_sequence_that_was_never_given_out_acknowledges_nothing()
    {
        Acknowledge(6);
        Acknowledge(ulong.MaxValue);
        Assert.Equal(0UL, _client.Session.AcknowledgedPush);
    }

    [Fact]
    public void An_ack_rides_on_a_ping() => AssertAcknowledges(4, () => _client.Ping(1, acknowledged: 4));

    [Fact]
    public void An_ack_rides_on_a_request() => AssertAcknowledges(
        5,
        () =>
        {
            byte[] query = new QueryRequest { Name = "s" }.ToByteArray();
            byte[] body = new byte[UInt64Body.Size + query.Length];
            new UInt64Body(5).Write(body);
            query.CopyTo(body, UInt64Body.Size);
            _client.WriteFrame(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.CarriesAck, MessageType.Query, 8), body);
            Assert.Equal(5, _client.Read().Answer(Snapshot.Parser).Instances.Count);
        });

    [Fact]
    public void The_first_push_and_every_64th_ask_for_an_ack_at_once()
    {
        RawClient client = _node.Connect();
        client.Subscribe(1, "t");
        List<ulong> asked = [];
        for (int port = 1; port <= 130; port++)
        {
            client.Register("t", port);
            ReceivedFrame push = client.Read();
            if ((push.Header.Flags & FrameFlags.AckNow) != 0)
            {
                asked.Add(push.PushPrefix.Sequence);
            }
        }

        // The fixture's second session: not with the same push as others.
        Assert.Equal([1UL, 63, 127], asked);
    }

    private void AssertAcknowledges(ulong sequence, Action act)
    {
        act();
        Assert.Equal(sequence, _client.Session.AcknowledgedPush);
    }

    private void Acknowledge(ulong sequence)
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(sequence).Write(body);
        _client.WriteFrame(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), body);
    }
}
