using FastRegistry.Node.Admission;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Admission;

public sealed class NativeRateLimitTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public NativeRateLimitTests() => _client = _node.Connect();

    public void Dispose()
    {
        // Whatever reached its limit said so.
        Assert.All(_node.Log.Lines, static line => Assert.StartsWith("Warning: RateLimits:", line, StringComparison.Ordinal));
        _node.Log.Lines.Clear();
        _node.Dispose();
    }

    [Theory]
    [InlineData(MessageType.Register, nameof(ControlPoint.Register))]
    [InlineData(MessageType.Deregister, nameof(ControlPoint.Register))]
    [InlineData(MessageType.BatchRegister, nameof(ControlPoint.BatchRegister))]
    [InlineData(MessageType.Query, nameof(ControlPoint.Query))]
    [InlineData(MessageType.ListServices, nameof(ControlPoint.ListServices))]
    [InlineData(MessageType.Subscribe, nameof(ControlPoint.Subscribe))]
    [InlineData(MessageType.Unsubscribe, nameof(ControlPoint.Subscribe))]
    public void Each_request_counts_at_its_own_point_and_is_refused_there(MessageType type, string name)
    {
        ControlPoint point = Enum.Parse<ControlPoint>(name);
        _node.Node.Limit(point, 1);
        Assert.False(_client.Call(type, RequestOf(type)).IsError);
        ErrorReply error = _client.Call(type, RequestOf(type)).Error;

        Assert.Equal((uint)ErrorCode.Overloaded, error.Code);
        Assert.True(error.Retryable);
        Assert.InRange(error.RetryAfterMilliseconds, 1u, 1_000u);
        Assert.Equal($"RateLimits:{point} allows 1 calls per second on this node", error.Text);
        _node.Advance(TimeSpan.FromMilliseconds(error.RetryAfterMilliseconds));
        Assert.False(_client.Call(type, RequestOf(type)).IsError);
        Assert.Equal((2, 1), (_node.Node.RateLimits[point].Passed, _node.Node.RateLimits[point].Refused));
    }

    [Fact]
    public void A_limit_is_that_of_the_node_and_not_of_a_connection()
    {
        _node.Node.Limit(ControlPoint.Query, 1);
        _client.Query("s");
        RawClient other = _node.Connect();
        Assert.True(other.Call(MessageType.Query, new QueryRequest { Name = "s" }).IsError);
    }

    [Fact]
    public void A_refused_subscription_does_not_exist()
    {
        _node.Node.Limit(ControlPoint.Subscribe, 0);
        Assert.True(_client.Call(MessageType.Subscribe, new SubscribeRequest { Subscriptions = { new Subscription { Id = 1, Name = "s" } } }).IsError);
        Assert.Equal(0, _node.Registry.SubscriptionCount);
    }

    [Fact]
    public void Pings_are_counted_and_answered_beyond_their_limit()
    {
        _node.Node.Limit(ControlPoint.HealthCheck, 1, RateLimitType.Monitor);
        for (ulong token = 1; token <= 3; token++)
        {
            _client.Ping(token);
            Assert.Equal(FrameKind.Pong, _client.Read().Kind);
        }

        RateLimitPoint point = _node.Node.RateLimits[ControlPoint.HealthCheck];
        Assert.Equal((3, 2), (point.Passed, point.Beyond));
    }

    [Fact]
    public void What_the_status_refuses_consumes_no_limit()
    {
        _node.Node.Limit(ControlPoint.Query, 1);
        _node.Node.Switch("overriddenServerStatus", "DOWN");
        Assert.Equal((uint)ErrorCode.Unavailable, _client.Call(MessageType.Query, new QueryRequest { Name = "s" }).Error.Code);
        _node.Node.Switch("overriddenServerStatus", "null");
        _client.Query("s");
    }

    [Fact]
    public void Each_point_tells_its_calls_in_metrics_of_its_own()
    {
        _node.Node.Limit(ControlPoint.BatchRegister, 1);
        _client.Batch("s", replace: false, NewInstance(1));
        _client.TryBatch("s", replace: false, NewInstance(2));
        Dictionary<string, double> values = _node.Node.Metrics.Definitions
            .Where(static metric => metric.Name.StartsWith("fastregistry_rate_limit_", StringComparison.Ordinal))
            .ToDictionary(static metric => metric.Name, static metric => metric.Read());

        Assert.Equal(1, values["fastregistry_rate_limit_batch_register_passed_total"]);
        Assert.Equal(1, values["fastregistry_rate_limit_batch_register_refused_total"]);
        Assert.Equal(1, values["fastregistry_rate_limit_batch_register_beyond_total"]);
        Assert.All(
            Enum.GetValues<ControlPoint>(),
            point => Assert.Single(
                values.Keys,
                name => name.Replace("_", "", StringComparison.Ordinal).Equals($"fastregistryRateLimit{point}PassedTotal", StringComparison.OrdinalIgnoreCase)));
    }

    private static IMessage RequestOf(MessageType type) => type switch
    {
        MessageType.Register => new RegisterRequest { Name = "s", Instance = NewInstance(2) },
        MessageType.BatchRegister => new BatchRegisterRequest { Name = "s", Instances = { NewInstance(3) } },
        MessageType.Deregister => new DeregisterRequest { Name = "s", Keys = { new InstanceKey { Ip = "10.0.0.1", Port = 1 } } },
        MessageType.Query => new QueryRequest { Name = "s" },
        MessageType.ListServices => new ListServicesRequest(),
        MessageType.Subscribe => new SubscribeRequest { Subscriptions = { new Subscription { Id = 2, Name = "s" } } },
        _ => new UnsubscribeRequest { SubscriptionId = 1 },
    };
}
