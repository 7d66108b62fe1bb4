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
    public void More_requests_than_a_client_may_have_in_work_are_refused_as_overloaded()
    {
        RawClient client = _node.Connect();
        Queue(client, 1, 2, 3);
        List<ReceivedFrame> answers = client.ReadAll();

        ErrorReply error = answers.Single(static answer => answer.CorrelationId == 3).Error;
        Assert.Equal((uint)ErrorCode.Overloaded, error.Code);
        Assert.True(error.Retryable);
        Assert.True(error.RetryAfterMilliseconds > 0);
        Assert.Equal(3, answers.Count);
        client.Request(MessageType.ListServices, new ListServicesRequest());
        client.Read().Answer(ListServicesReply.Parser);
    }

    [Fact]
    public void More_requests_than_the_node_queues_are_refused_as_overloaded()
    {
        RawClient first = _node.Connect();
        RawClient second = _node.Connect();
        Queue(first, 1, 2);
        Queue(second, 1, 2);

        Assert.Equal((uint)ErrorCode.Overloaded, second.ReadAll().Single(static answer => answer.IsError).Error.Code);
        Assert.DoesNotContain(first.ReadAll(), static answer => answer.IsError);
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
        using NodeFixture node = new(new LimitOptions { RequestsInWorkPerClient = 1 });
        RawClient client = node.Connect();
        client.Batch("large", replace: false, [.. Enumerable.Range(1, 100).Select(static port => NamingClient.NewInstance(port))]);
        client.WriteWithoutPump(
        [
            .. RawClient.RequestBytes(MessageType.ListServices, 1, new ListServicesRequest()),
            .. RawClient.RequestBytes(MessageType.Subscribe, 2, new SubscribeRequest { Subscriptions = { new Subscription { Id = 9, Name = "large" } } }),
        ]);
        node.PumpTransports();
        Assert.Equal((uint)ErrorCode.Overloaded, client.ReadAll().Single(static answer => answer.CorrelationId == 2).Error.Code);

        client.Register("large", 1000);
        Assert.Null(client.TryRead());
        Assert.Equal(100 + 1, client.Subscribe(9, "large").Instances.Count);
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
