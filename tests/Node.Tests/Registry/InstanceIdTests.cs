using System.Collections.Concurrent;
using FastRegistry.Registry.Instances;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Wire.Messages.Instance;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Ids of instances: the simple one, one of their own, or a number that the node makes.</summary>
public sealed class InstanceIdTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public InstanceIdTests() => _client = _node.Connect();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_simple_one_follows_from_identity_and_service_and_is_not_sent()
    {
        _client.Register("s", 1);
        Assert.Equal("", Listed().InstanceId);
        Assert.Equal("10.0.0.1#1#DEFAULT#DEFAULT_GROUP@@s", Make.Instance(1).IdIn(Make.Key()));
    }

    [Fact]
    public void One_of_its_own_is_listed_as_it_is_and_another_one_is_a_change()
    {
        Assert.True(_client.Register("s", With("my-id")).Changed);
        Assert.False(_client.Register("s", With("my-id")).Changed);
        Assert.Equal("my-id", Listed().InstanceId);
        Assert.True(_client.Register("s", With("other")).Changed);
        Assert.Equal("other", Listed().InstanceId);
    }

    [Theory]
    [InlineData("with space", "instance.instance_id must not contain white space, control characters or CJK characters")]
    [InlineData("实例", "instance.instance_id must not contain white space, control characters or CJK characters")]
    [InlineData(1025, "instance.instance_id must not be longer than 1024 characters")]
    public void One_that_breaks_a_rule_is_refused(object idOrLength, string text)
    {
        Instance instance = With(idOrLength is int length ? new string('x', length) : (string)idOrLength);
        ErrorReply error = _client.Call(MessageType.Register, new RegisterRequest { Name = "s", Instance = instance }).Error;
        Assert.Equal((ErrorCode.InvalidArgument, "instance.instance_id", text), ((ErrorCode)error.Code, error.Field, error.Text));
    }

    [Fact]
    public void A_snowflake_is_a_number_with_cluster_and_service_and_stays_while_the_instance_is_registered()
    {
        _client.Register("s", Snowflake());
        string id = Listed().InstanceId;
        Assert.Matches("^[0-9]+#DEFAULT#DEFAULT_GROUP@@s$", id);
        Assert.False(_client.Register("s", Snowflake()).Changed);
        Assert.Equal(id, Listed().InstanceId);
        Assert.True(_client.Register("s", Snowflake(weight: 2)).Changed);
        Assert.Equal(id, Listed().InstanceId);

        _client.Deregister("s", 1);
        _client.Register("s", Snowflake());
        Assert.NotEqual(id, Listed().InstanceId);
    }

    [Fact]
    public void A_snowflake_stays_when_its_client_reconnects_beside_its_old_connection()
    {
        byte[] instanceId = RawClient.NewInstanceId();
        _node.Connect(instanceId).Register("s", Snowflake());
        string id = Listed().InstanceId;
        Assert.False(_node.Connect(instanceId).Register("s", Snowflake()).Changed);
        Assert.Equal(id, Listed().InstanceId);
    }

    [Fact]
    public void An_id_of_its_own_goes_before_the_generator_and_is_not_kept_for_it()
    {
        Instance own = Snowflake();
        own.InstanceId = "mine";
        _client.Register("s", own);
        Assert.Equal("mine", Listed().InstanceId);
        _client.Register("t", With("mine"));
        _client.Register("t", Snowflake());
        Assert.Matches("^[0-9]+#", Assert.Single(_client.Query("t").Instances).InstanceId);
    }

    [Fact]
    public void A_generator_that_is_unknown_is_refused_with_field_and_rule()
    {
        Instance instance = Snowflake();
        instance.Metadata[0].Value = "uuid";
        ErrorReply error = _client.Call(MessageType.Register, new RegisterRequest { Name = "s", Instance = instance }).Error;
        Assert.Equal(ErrorCode.InvalidArgument, (ErrorCode)error.Code);
        Assert.Equal("instance.metadata", error.Field);
        Assert.Equal("instance.metadata must have 'simple' or 'snowflake' under 'preserved.instance.id.generator'", error.Text);
        Assert.Empty(_client.Query("s").Instances);
    }

    [Fact]
    public async Task Numbers_of_many_threads_are_unique_and_grow_on_each()
    {
        SnowflakeNumbers numbers = new(node: 4711, TimeProvider.System);
        ConcurrentBag<long[]> made = [];
        await Together.RunAsync(4, _ => made.Add([.. Enumerable.Range(0, 50_000).Select(_ => numbers.Next())]));
        Assert.Equal(200_000, made.SelectMany(static own => own).Distinct().Count());
        Assert.All(made, static own => Assert.Equal(own.Order(), own));
        Assert.All(made.SelectMany(static own => own), static number => Assert.True(number > 0));
    }

    [Fact]
    public void Numbers_hold_the_node_and_go_on_when_the_clock_goes_back()
    {
        VirtualTimeProvider time = new();
        SnowflakeNumbers numbers = new(node: (5 * 1024) + 7, time);
        long[] made = [.. Enumerable.Range(0, 10_000).Select(_ => numbers.Next())];
        Assert.All(made, static number => Assert.Equal(7, (number >> 12) & 1023));
        Assert.Equal(10_000, made.Distinct().Count());
        SnowflakeNumbers other = new(node: 8, time);
        Assert.NotEqual(made[0], other.Next());
    }

    private static Instance With(string id) => new() { Ip = "10.0.0.1", Port = 1, InstanceId = id };

    private static Instance Snowflake(double weight = 1) => new()
    {
        Ip = "10.0.0.1",
        Port = 1,
        Weight = weight,
        Metadata = { new Label { Key = "preserved.instance.id.generator", Value = "snowflake" } },
    };

    private Instance Listed() => Assert.Single(_client.Query("s").Instances);
}
