using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>The rules for names and values (HTTP reference §2.8) on the native transport: a request that breaks one is told field and rule.</summary>
public sealed class NativeRuleTests : IDisposable
{
    private const string Text = "must not contain white space, control characters or CJK characters";

    private readonly NodeFixture _node = new();
    private readonly RawClient _client;

    public NativeRuleTests() => _client = _node.Connect();

    public void Dispose() => _node.Dispose();

    public static TheoryData<string, string, string?> Rules => new()
    {
        { "namespace", "a-z_A-Z-0-9", null },
        { "namespace", new string('n', 64), null },
        { "namespace", new string('n', 65), "must not be longer than 64 characters" },
        { "namespace", "a.b", "may hold only letters, digits, '_' and '-'" },
        { "group", "a-Z_0:9.", null },
        { "group", new string('g', 128), null },
        { "group", new string('g', 129), "must not be longer than 128 characters" },
        { "group", "a@b", "may hold only letters, digits, '-', '_', ':' and '.'" },
        { "name", new string('s', 512), null },
        { "name", "a@b/c:d#e$", null },
        { "name", "", "is required" },
        { "name", new string('s', 513), "must not be longer than 512 characters" },
        { "name", "@s", "must not start with '@' or contain '@@'" },
        { "name", "a@@b", "must not start with '@' or contain '@@'" },
        { "name", "a b", Text },
        { "name", "a\u0000b", Text },
        { "name", "服务", Text },
        { "instance.ip", "host.example:x", null },
        { "instance.ip", new string('i', 128), null },
        { "instance.ip", "", "is required" },
        { "instance.ip", new string('i', 129), "must not be longer than 128 characters" },
        { "instance.ip", "10.0.0. 1", Text },
        { "instance.port", "0", null },
        { "instance.port", "65535", null },
        { "instance.port", "65536", "must be between 0 and 65535" },
        { "instance.cluster", "a-Z-9", null },
        { "instance.cluster", new string('c', 64), null },
        { "instance.cluster", new string('c', 65), "must not be longer than 64 characters" },
        { "instance.cluster", "a_b", "may hold only letters, digits and '-'" },
        { "instance.weight", "0", null },
        { "instance.weight", "10000", null },
        { "instance.weight", "10000.1", "must be between 0 and 10000" },
        { "instance.weight", "-0.1", "must be between 0 and 10000" },
        { "instance.weight", "NaN", "must be between 0 and 10000" },
        { "instance.metadata", "k=" + new string('v', 1023), null },
        { "instance.metadata", "k=" + new string('v', 1024), "must not be longer than 1024 characters, keys and values together" },
        { "instance.metadata", "=v", "must not have an empty key" },
        { "instance.metadata", "k=1,k=2", "must not have the key 'k' twice" },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_registration_that_breaks_a_rule_is_refused_with_field_and_rule(string field, string value, string? rule)
    {
        RegisterRequest request = new() { Name = "s", Instance = new Instance { Ip = "10.0.0.1", Port = 1 } };
        Set(request, field, value);
        ReceivedFrame answer = _client.Call(MessageType.Register, request);
        if (rule is null)
        {
            Assert.True(answer.Answer(RegisterReply.Parser).Changed);
            return;
        }

        Assert.Equal((ErrorCode.InvalidArgument, field, $"{field} {rule}", false), ((ErrorCode)answer.Error.Code, answer.Error.Field, answer.Error.Text, answer.Error.Retryable));
        Assert.Equal(0, _node.Registry.PublicationCount);
        Assert.Equal(0, _node.Registry.ServiceCount);
    }

    [Theory]
    [InlineData(MessageType.Query)]
    [InlineData(MessageType.Subscribe)]
    public void A_reader_is_held_to_the_same_names(MessageType type)
    {
        Refused(type, "", "name is required");
        Refused(type, "@s", "name must not start with '@' or contain '@@'");
        Refused(type, "s", "clusters[1] may hold only letters, digits and '-'", "east", "we_st");
        Assert.Equal(0, _node.Registry.ServiceCount);
    }

    [Fact]
    public void A_deregistration_is_held_to_the_same_values()
    {
        DeregisterRequest request = new() { Name = "s" };
        request.Keys.Add(new InstanceKey { Ip = "10.0.0.1", Port = 1 });
        request.Keys.Add(new InstanceKey { Ip = "10.0.0.1", Port = 65536 });
        ErrorReply error = _client.Call(MessageType.Deregister, request).Error;
        Assert.Equal(("keys[1].port", "keys[1].port must be between 0 and 65535"), (error.Field, error.Text));
    }

    [Fact]
    public void What_is_left_out_has_the_defaults_of_nacos()
    {
        _client.Register("s", new Instance { Ip = "10.0.0.1", Port = 1 });
        FastRegistry.Registry.Instances.Instance listed = _node.Registry.Find()!.GetSnapshot().Instances[0];
        Assert.Equal(("DEFAULT", 1.0, true, true), (listed.Identity.Cluster, listed.Weight, listed.Healthy, listed.Enabled));
        Assert.Equal(("public", "DEFAULT_GROUP"), (_node.Registry.Find()!.Key.Namespace, _node.Registry.Find()!.Key.Group));
    }

    private static void Set(RegisterRequest request, string field, string value)
    {
        switch (field)
        {
            case "namespace":
                request.Namespace = value;
                break;
            case "group":
                request.Group = value;
                break;
            case "name":
                request.Name = value;
                break;
            case "instance.ip":
                request.Instance.Ip = value;
                break;
            case "instance.port":
                request.Instance.Port = uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
            case "instance.cluster":
                request.Instance.Cluster = value;
                break;
            case "instance.weight":
                request.Instance.Weight = double.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
                break;
            default:
                request.Instance.Metadata.Add(value.Split(',').Select(static pair => new Label { Key = pair.Split('=')[0], Value = pair.Split('=')[1] }));
                break;
        }
    }

    private void Refused(MessageType type, string name, string text, params string[] clusters)
    {
        QueryRequest query = new() { Name = name };
        query.Clusters.AddRange(clusters);
        ErrorReply error = type == MessageType.Query
            ? _client.Call(type, query).Error
            : Assert.Single(_client.TrySubscribe(NamingClient.NewSubscription(1, name, healthyOnly: false, clusters)).Refused).Error;
        Assert.Equal((ErrorCode.InvalidArgument, text), ((ErrorCode)error.Code, error.Text));
    }
}
