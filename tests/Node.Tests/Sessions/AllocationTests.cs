using System.Buffers;
using System.IO.Pipelines;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using static FastRegistry.Tests.NamingClient;
using Subscription = FastRegistry.Registry.Services.Subscription;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>What a session allocates on the thread that runs its receive path.</summary>
[Collection(MeasurementsCollection.Name)]
public sealed class AllocationTests : IDisposable
{
    private const int Rounds = 20_000;

    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public AllocationTests()
    {
        _client = _node.Connect();
        _client.Register("s", 1);
        _client.Subscribe(1, "s");
        _client.Register("s", 2);
        _client.Query("s");
        Assert.NotNull(_client.Read());
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_ping_allocates_nothing()
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(7).Write(body);
        AssertReceivesWithoutAllocation(RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body));
    }

    [Fact]
    public void An_ack_allocates_nothing()
    {
        byte[] body = new byte[UInt64Body.Size];
        new UInt64Body(1).Write(body);
        AssertReceivesWithoutAllocation(RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), body));
    }

    [Fact]
    public void A_query_of_an_existing_service_allocates_nothing() =>
        AssertReceivesWithoutAllocation(RawClient.RequestBytes(MessageType.Query, 5, new QueryRequest { Name = "s" }));

    [Fact]
    public void A_registration_that_changes_nothing_allocates_nothing()
    {
        RegisterRequest request = new() { Name = "s", Instance = NewInstance(1) };
        request.Instance.Metadata.Add(new Label { Key = "version", Value = "7" });
        _client.Call(MessageType.Register, request);
        AssertReceivesWithoutAllocation(RawClient.RequestBytes(MessageType.Register, 5, request));
    }

    [Theory]
    [InlineData(RateLimitType.Monitor)]
    [InlineData(RateLimitType.Intercept)]
    public void A_query_that_a_rate_limit_lets_pass_allocates_nothing(object type)
    {
        _node.Node.Limit(ControlPoint.Query, 1_000_000_000, (RateLimitType)type);
        AssertReceivesWithoutAllocation(RawClient.RequestBytes(MessageType.Query, 5, new QueryRequest { Name = "s" }));
        Assert.True(_node.Node.RateLimits[ControlPoint.Query].Passed >= Rounds);
    }

    [Fact]
    public void A_ping_that_a_rate_limit_counts_allocates_nothing()
    {
        _node.Node.Limit(ControlPoint.HealthCheck, 1_000_000_000, RateLimitType.Monitor);
        A_ping_allocates_nothing();
        Assert.True(_node.Node.RateLimits[ControlPoint.HealthCheck].Passed >= Rounds);
    }

    [Fact]
    public void A_push_of_an_encoded_list_allocates_nothing()
    {
        Subscription subscription = _client.Session.FindSubscription(1)!;
        AssertPushesWithoutAllocation(subscription, deltaBase: 0, MessageType.SnapshotPush);
    }

    [Fact]
    public void A_push_of_an_encoded_delta_allocates_nothing()
    {
        _client.Batch("large", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NewInstance(port))]);
        long deltaBase = (long)_client.Subscribe(2, "large").Revision;
        _client.Register("large", 101);
        AssertPushesWithoutAllocation(_client.Session.FindSubscription(2)!, deltaBase, MessageType.DeltaPush);
    }

    [Fact]
    public void Pushes_of_which_some_are_awaited_and_measured_and_their_acks_allocate_nothing()
    {
        using NodeFixture node = new(push: new PushOptions());
        RawClient client = node.Connect();
        client.Register("s", 1);
        client.Subscribe(1, "s");
        Subscription subscription = client.Session.FindSubscription(1)!;
        ServiceSnapshot snapshot = subscription.Service.GetSnapshot();
        EncodedPush push = snapshot.EncodePush(0, subscription.Filter);
        byte[] ack = new byte[FrameHeader.Size + UInt64Body.Size];
        new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0).Write(ack);
        ReadOnlySequence<byte> received = new(ack);
        BatchWriter replies = client.Connection.RentBatch();
        AssertAllocatesNothing(() =>
        {
            subscription.Subscriber.Push(subscription, snapshot, push);
            node.PumpTransports();
            client.Input.TryRead(out ReadResult read);
            client.Input.AdvanceTo(read.Buffer.End);
            node.PumpTransports();
            new UInt64Body(client.Connection.Outbound.LastPushSequence).Write(ack.AsSpan(FrameHeader.Size));
            client.Session.OnReceived(received, replies);
        });
        client.Connection.ReturnBatch(replies);
        Assert.Equal(client.Connection.Outbound.LastPushSequence, client.Session.AcknowledgedPush);
        Assert.True(node.Node.Metrics.Definitions.Single(static definition => definition.Name == "fastregistry_change_to_ack_seconds").Read() >= Rounds / 64);
    }

    private void AssertPushesWithoutAllocation(Subscription subscription, long deltaBase, MessageType expected)
    {
        _client.ReadAll();
        ServiceSnapshot snapshot = subscription.Service.GetSnapshot();
        PipeReader input = _client.Input;
        Assert.Equal(expected, snapshot.EncodePush(deltaBase, subscription.Filter).Type);
        AssertAllocatesNothing(() =>
        {
            EncodedPush push = snapshot.EncodePush(deltaBase, subscription.Filter);
            PushOutcome outcome = subscription.Subscriber.Push(subscription, snapshot, push);
            _node.PumpTransports();
            if (outcome != PushOutcome.Sent || !input.TryRead(out ReadResult read))
            {
                throw new InvalidOperationException($"{outcome}");
            }

            input.AdvanceTo(read.Buffer.End);
            _node.PumpTransports();
        });
    }

    private void AssertReceivesWithoutAllocation(byte[] frame)
    {
        ReadOnlySequence<byte> received = new(frame);
        BatchWriter replies = _client.Connection.RentBatch();
        AssertAllocatesNothing(() =>
        {
            _client.Session.OnReceived(received, replies);
            replies.Complete();
        });
        _client.Connection.ReturnBatch(replies);
    }

    private static void AssertAllocatesNothing(Action act) => AllocationGate.AssertNothing(() =>
    {
        for (int i = 0; i < Rounds; i++)
        {
            act();
        }
    });
}
