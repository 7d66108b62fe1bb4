using FastRegistry.Node.Configuration;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class RequestsInWorkTests : IDisposable
{
    private readonly NodeFixture _node = new(new LimitOptions { RequestsInWorkPerClient = 2, QueuedRequests = 3 });

    public void Dispose() => _node.Dispose();

    [Fact]
    [ProtocolRule("Q-4")]
    public void A_correlation_id_that_is_in_work_is_refused_and_the_first_request_is_answered()
    {
        RawClient client = _node.Connect();
        Queue(client, 5, 5);
        ReceivedFrame first = client.Read();
        ReceivedFrame second = client.Read();

        Assert.Equal((uint)ErrorCode.DuplicateCorrelation, first.Error.Code);
        Assert.Equal(5UL, first.CorrelationId);
        Assert.Equal(5UL, second.CorrelationId);
        second.Answer(ListServicesReply.Parser);
        Queue(client, 5);
        client.Read().Answer(ListServicesReply.Parser);
    }

    [Fact]
    [ProtocolRule("Q-5")]
    public void A_cancelled_request_is_not_answered_and_its_id_is_free_again()
    {
        RawClient client = _node.Connect();
        Queue(client, 5);
        client.WriteWithoutPump(RawClient.FrameBytes(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 5), []));
        Queue(client, 6);

        Assert.Equal(6UL, client.Read().CorrelationId);
        Assert.Null(client.TryRead());
        Queue(client, 5);
        Assert.Equal(5UL, client.Read().CorrelationId);
    }

    [Fact]
    [ProtocolRule("Q-5")]
    public void Cancelling_what_is_not_in_work_does_nothing()
    {
        RawClient client = _node.Connect();
        client.WriteFrame(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 5));
        Queue(client, 5);
        Assert.Equal(5UL, client.Read().CorrelationId);
        client.WriteFrame(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 5));
        Queue(client, 5);

        Assert.Equal(5UL, client.Read().CorrelationId);
    }

    [Fact]
    public void More_requests_than_a_client_may_have_outstanding_are_refused_with_the_setting()
    {
        RawClient client = _node.Connect();
        Queue(client, 1, 2, 3);
        List<ReceivedFrame> answers = client.ReadAll();

        ErrorReply error = answers.Single(static answer => answer.CorrelationId == 3).Error;
        Assert.Equal((ErrorCode.LimitExceeded, "Limits:RequestsInWorkPerClient is 2"), ((ErrorCode)error.Code, error.Text));
        Assert.Equal(3, answers.Count);
        client.Request(MessageType.ListServices, new ListServicesRequest());
        client.Read().Answer(ListServicesReply.Parser);
    }

    [Fact]
    public void More_requests_than_the_node_queues_are_refused_as_overloaded()
    {
        RawClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => _node.Connect())];
        Array.ForEach(clients, client => Queue(client, 1));

        ErrorReply error = Assert.Single(clients[3].ReadAll()).Error;
        Assert.Equal((uint)ErrorCode.Overloaded, error.Code);
        Assert.True(error.Retryable);
        Assert.True(error.RetryAfterMilliseconds > 0);
        Assert.All(clients[..3], static client => Assert.Single(client.ReadAll()).Answer(ListServicesReply.Parser));
        Queue(clients[3], 1);
        Assert.Single(clients[3].ReadAll()).Answer(ListServicesReply.Parser);
    }

    [Fact]
    public void One_request_of_a_client_is_at_the_workers_at_a_time()
    {
        RawClient client = _node.Connect();
        Queue(client, 1, 2);
        Assert.Equal(1, _node.Node.Requests.Queued);
        Assert.True(_node.Node.Requests.Step());
        Assert.Equal(1, _node.Node.Requests.Queued);
        Assert.Equal([1UL, 2UL], client.ReadAll().Select(static answer => answer.CorrelationId));
    }

    [Fact]
    public void Requests_wait_as_requests_while_the_output_has_no_room()
    {
        using NodeFixture node = new();
        const int Requests = 40;
        RawClient client = node.Connect(capacityBytes: 16 * 1024);
        client.Batch("large", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NamingClient.NewInstance(port, metadata: new string('m', 400)))]);
        byte[] requests = [.. Enumerable.Range(1, Requests).SelectMany(static id => RawClient.RequestBytes(MessageType.Query, (ulong)id, new QueryRequest { Name = "large" }))];
        client.Write(requests);

        // A few answers of 43 KiB each; the others have not been made, and no worker has them.
        Assert.True(client.Connection.Outbound.IsAboveHighWaterMark);
        Assert.InRange(client.Connection.Outbound.QueuedBytes, 1, 128 * 1024);
        Assert.Equal(0, node.Node.Requests.Queued);
        List<ReceivedFrame> answers = client.ReadAll();
        Assert.Equal(Enumerable.Range(1, Requests).Select(static id => (ulong)id), answers.Select(static answer => answer.CorrelationId));
        Assert.All(answers, static answer => Assert.Equal(100, answer.Answer(Snapshot.Parser).Instances.Count));
        Assert.Null(client.Connection.CloseReason);
    }

    [Fact]
    public void A_request_that_waits_in_its_session_can_be_cancelled()
    {
        RawClient client = _node.Connect();
        Queue(client, 1, 2);
        client.WriteFrame(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, 2));
        Assert.Equal(1UL, Assert.Single(client.ReadAll()).CorrelationId);
        Queue(client, 2);
        Assert.Equal(2UL, client.Read().CorrelationId);
    }

    [Fact]
    public void Requests_of_a_closed_session_are_dropped()
    {
        RawClient client = _node.Connect();
        Queue(client, 1, 2);
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void A_subscribe_that_is_refused_as_overloaded_leaves_no_subscription()
    {
        RawClient[] others = [.. Enumerable.Range(0, 3).Select(_ => _node.Connect())];
        RawClient client = _node.Connect();

        // With a body so large that a worker handles it.
        SubscribeRequest request = new();
        request.Subscriptions.AddRange(Enumerable.Range(1, 500).Select(static id => NamingClient.NewSubscription((ulong)id, $"{new string('s', 200)}{id}")));
        Assert.True(request.CalculateSize() > WireLimits.ChunkThresholdBytes);
        Array.ForEach(others, other => Queue(other, 1));
        client.WriteWithoutPump(RawClient.RequestBytes(MessageType.Subscribe, 2, request));
        _node.PumpTransports();
        ReceivedFrame refused = Assert.Single(client.ReadAll());
        Assert.Equal((2UL, ErrorCode.Overloaded), (refused.CorrelationId, (ErrorCode)refused.Error.Code));
        Assert.Equal(0, _node.Registry.SubscriptionCount);

        Assert.Empty(client.Call(MessageType.Subscribe, request).Answer(SubscribeReply.Parser).Refused);
        Assert.Equal(500, client.ReadAll().Count(static frame => frame.Kind == FrameKind.Push));
        Assert.Equal(500, _node.Registry.SubscriptionCount);
    }

    /// <summary>Sends requests that need a worker, without letting a worker run.</summary>
    private void Queue(RawClient client, params ulong[] correlationIds)
    {
        foreach (ulong correlationId in correlationIds)
        {
            client.WriteWithoutPump(RawClient.RequestBytes(MessageType.ListServices, correlationId, new ListServicesRequest()));
        }

        _node.PumpTransports();
    }
}
