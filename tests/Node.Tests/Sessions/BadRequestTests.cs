using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Each field of each request at, below and beyond its bounds, and the exact answer.</summary>
public sealed class BadRequestTests : IDisposable
{
    // The rules of names, by the field. What is beyond them, and what is just within.
    private static readonly string[] BadNamespaces = [Text(65), "a.b", "a b", "ä", "a\u0000"];
    private static readonly string[] GoodNamespaces = ["", Text(64), "azAZ09_-"];
    private static readonly string[] BadGroups = [Text(129), "a b", "a@b", "a/b", "\u4E2D"];
    private static readonly string[] GoodGroups = ["", Text(128), "azAZ09-_:."];
    private static readonly string[] BadNames =
    [
        "", Text(513), "@a", "a@@b", "a@@", "a b", "\ta", "a\n", "a\u00A0b", "a\u1680b", "a\u2003b", "a\u2028b", "a\u202Fb", "a\u205Fb", "a\u3000b", "a\u0000b", "a\u001Fb", "a\u007Fb", "a\u0085b", "a\u009Fb",
        "a\u4E00b", "a\u9FA5b",
    ];

    private static readonly string[] GoodNames = [Text(512), "a@b", "a@", "a!~b", "ä", "a\u00A1b", "a\u4DFFb", "a\u9FA6b", "a\u200Bb", "😀"];
    private static readonly string[] BadClusters = [Text(65), "a_b", "a b", "a.b", "ä"];
    private static readonly string[] GoodClusters = ["", Text(64), "azAZ09-", "DEFAULT"];
    private static readonly string[] BadIps = ["", Text(129), "1.2.3.4 ", "1.2\u00A0.3.4", "1.2.3.4\u0000", "\u4E2D"];
    private static readonly string[] GoodIps = [Text(128), "::1", "host.example", "ä"];
    private static readonly uint[] BadPorts = [65_536, uint.MaxValue];
    private static readonly uint[] GoodPorts = [0, 1, 65_535];
    private static readonly double[] BadWeights = [-0.001, 10_000.001, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
    private static readonly double[] GoodWeights = [0, 0.001, 10_000];

    private static readonly Dictionary<string, (MessageType Type, IMessage Request, ErrorCode Code, string Field)> Bad = [];
    private static readonly Dictionary<string, (MessageType Type, IMessage Request)> Good = [];

    private readonly BadInputs _inputs = new();

    static BadRequestTests()
    {
        AddNames(MessageType.Register, static (space, group, name) => new RegisterRequest { Namespace = space, Group = group, Name = name, Instance = NewInstance(1) });
        AddNames(MessageType.BatchRegister, static (space, group, name) => new BatchRegisterRequest { Namespace = space, Group = group, Name = name, Instances = { NewInstance(1) } });
        AddNames(MessageType.Deregister, static (space, group, name) => new DeregisterRequest { Namespace = space, Group = group, Name = name, Keys = { Key("10.0.0.1", 1) } });
        AddNames(MessageType.Query, static (space, group, name) => new QueryRequest { Namespace = space, Group = group, Name = name });
        AddNames(MessageType.ListServices, static (space, group, _) => new ListServicesRequest { Namespace = space, Group = group }, hasName: false);

        AddInstances(MessageType.Register, "instance", static instance => new RegisterRequest { Name = "s", Instance = instance });
        AddInstances(MessageType.BatchRegister, "instances[1]", static instance => new BatchRegisterRequest { Name = "s", Instances = { NewInstance(9), instance } });
        AddIdentities(MessageType.Deregister, "keys[1]", static (ip, port, cluster) => new DeregisterRequest { Name = "s", Keys = { Key("10.0.0.1", 9), Key(ip, port, cluster) } });
        AddClusters();

        AddBad("no instance", MessageType.Register, new RegisterRequest { Name = "s" }, "instance");
        AddBad("no instances", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s" }, "instances");
        AddBad("an identity twice", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Instances = { NewInstance(1), NewInstance(2), NewInstance(1, cluster: "DEFAULT") } }, "instances[2]");
        AddGood("no instances with replace", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Replace = true });
        AddBad("more without a set", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Instances = { NewInstance(1) }, More = true }, "set");
        AddBad("a part without instances", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Set = 1, More = true, Replace = true }, "instances");
        AddGood("a last part without instances", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Set = 1, Replace = true });
        AddGood("a part with the highest number", MessageType.BatchRegister, new BatchRegisterRequest { Name = "s", Set = uint.MaxValue, More = true, Instances = { NewInstance(1) } });
        AddBad("no keys", MessageType.Deregister, new DeregisterRequest { Name = "s" }, "keys");
        AddBad("a page of 10,001", MessageType.ListServices, new ListServicesRequest { PageSize = 10_001 }, "page_size");
        AddBad("a page of 2^32-1", MessageType.ListServices, new ListServicesRequest { PageSize = uint.MaxValue }, "page_size");
        AddGood("a page of 10,000", MessageType.ListServices, new ListServicesRequest { PageSize = 10_000 });
        AddGood("page 2^32-1", MessageType.ListServices, new ListServicesRequest { PageNumber = uint.MaxValue, PageSize = 10_000 });
        AddGood("no page", MessageType.ListServices, new ListServicesRequest());
        AddGood("no subscription", MessageType.Unsubscribe, new UnsubscribeRequest());
        AddGood("the highest subscription", MessageType.Unsubscribe, new UnsubscribeRequest { SubscriptionId = ulong.MaxValue });
    }

    public static TheoryData<string> BadRequests => [.. Bad.Keys];

    public static TheoryData<string> GoodRequests => [.. Good.Keys];

    public void Dispose() => _inputs.Dispose();

    [Theory]
    [ProtocolRule("M-4", "M-7", "E-1")]
    [MemberData(nameof(BadRequests))]
    public void A_request_that_breaks_a_rule_is_refused_with_its_field_and_changes_nothing(string what)
    {
        (MessageType type, IMessage request, ErrorCode code, string field) = Bad[what];
        RawClient client = _inputs.Node.Connect();
        ulong id = client.Request(type, request);

        ErrorReply error = _inputs.AssertRefused(client, id, type, code, field);
        Assert.False(error.Retryable);
        Assert.NotEmpty(error.Text);
    }

    [Theory]
    [ProtocolRule("M-7")]
    [MemberData(nameof(GoodRequests))]
    public void A_request_that_is_just_within_its_rules_is_served(string what)
    {
        (MessageType type, IMessage request) = Good[what];
        RawClient client = _inputs.Node.Connect();

        ReceivedFrame answer = client.Call(type, request);
        Assert.False(answer.IsError, answer.IsError ? answer.Error.ToString() : "");
        _inputs.AssertGoesOn(client);
    }

    [Fact]
    [ProtocolRule("P-2", "M-4")]
    public void One_instance_that_breaks_a_rule_costs_the_whole_batch()
    {
        RawClient client = _inputs.Node.Connect();
        BatchRegisterRequest request = new() { Name = "s", Instances = { NewInstance(1), NewInstance(2), NewInstance(70_000) } };

        Assert.Equal("instances[2].port", client.Call(MessageType.BatchRegister, request).Error.Field);
        Assert.Empty(client.Query("s").Instances);
        Assert.Equal(1, _inputs.Node.Registry.PublicationCount);
        _inputs.AssertGoesOn(client);
    }

    private static void AddNames(MessageType type, Func<string, string, string, IMessage> request, bool hasName = true)
    {
        AddAll(type, "namespace", BadNamespaces, GoodNamespaces, value => request(value, "", "s"));
        AddAll(type, "group", BadGroups, GoodGroups, value => request("", value, "s"));
        if (hasName)
        {
            AddAll(type, "name", BadNames, GoodNames, value => request("", "", value));
        }
    }

    private static void AddInstances(MessageType type, string field, Func<Instance, IMessage> request)
    {
        AddIdentities(type, field, (ip, port, cluster) => request(new Instance { Ip = ip, Port = port, Cluster = cluster }));
        AddAll(type, $"{field}.weight", BadWeights, GoodWeights, value => request(new Instance { Ip = "a", Weight = value }));
        AddAll(type, $"{field}.instance_id", [Text(1025), " ", "a\u0000", "\u4E2D"], ["", Text(1024), "a#1#b@@c"], value => request(new Instance { Ip = "a", InstanceId = value }));
        AddBadMetadata("an empty key", [("", "v")]);
        AddBadMetadata("a key twice", [("a", "1"), ("b", "2"), ("a", "3")]);
        AddBadMetadata("a key twice among many", [.. Enumerable.Range(0, 20).Select(static i => ($"k{i}", "")), ("k7", "")]);
        AddBadMetadata("1,025 characters", [("a", Text(1000)), ("b", Text(23))]);
        AddBadMetadata("a beat time-out below the interval", [("preserved.heart.beat.timeout", "4999")]);
        AddBadMetadata("a delete time-out below the interval", [("preserved.heart.beat.interval", "30001"), ("preserved.heart.beat.timeout", "30001")]);
        AddBadMetadata("an unknown generator", [("preserved.instance.id.generator", "uuid")]);
        AddGoodMetadata("1,024 characters", [("a", Text(1000)), ("b", Text(22))]);
        AddGoodMetadata("any text", [(" ", "\u4E2D\u0000\n😀")]);
        AddGoodMetadata("beat times at their bounds", [("preserved.heart.beat.interval", "5000"), ("preserved.heart.beat.timeout", "5000"), ("preserved.ip.delete.timeout", "5000")]);
        AddGoodMetadata("a beat time that is no number", [("preserved.heart.beat.timeout", "-1")]);
        AddGoodMetadata("a known generator", [("preserved.instance.id.generator", "simple")]);
        Bad.Add($"{type}: persistent", (type, request(new Instance { Ip = "a", Persistent = true }), ErrorCode.NotSupported, $"{field}.persistent"));
        AddGood($"{type}: overridden", type, request(new Instance { Ip = "a", Overridden = true }));

        void AddBadMetadata(string what, (string Key, string Value)[] pairs) => AddBad($"{type}: {what}", type, request(With(pairs)), $"{field}.metadata");
        void AddGoodMetadata(string what, (string Key, string Value)[] pairs) => AddGood($"{type}: {what}", type, request(With(pairs)));
    }

    private static void AddIdentities(MessageType type, string field, Func<string, uint, string, IMessage> request)
    {
        AddAll(type, $"{field}.ip", BadIps, GoodIps, value => request(value, 80, ""));
        AddAll(type, $"{field}.port", BadPorts, GoodPorts, value => request("a", value, ""));
        AddAll(type, $"{field}.cluster", BadClusters, GoodClusters, value => request("a", 80, value));
    }

    private static void AddClusters()
    {
        AddAll(MessageType.Query, "clusters[1]", BadClusters, GoodClusters, static value => new QueryRequest { Name = "s", Clusters = { "a", value } });
        AddBad("33 clusters", MessageType.Query, QueryOf(33), "clusters");
        AddGood("32 clusters", MessageType.Query, QueryOf(32));
    }

    private static void AddAll<T>(MessageType type, string field, T[] bad, T[] good, Func<T, IMessage> request)
    {
        for (int i = 0; i < bad.Length; i++)
        {
            AddBad($"{type}: {field} beyond its rule, {i}: {Shown(bad[i])}", type, request(bad[i]), field);
        }

        for (int i = 0; i < good.Length; i++)
        {
            AddGood($"{type}: {field} within its rule, {i}: {Shown(good[i])}", type, request(good[i]));
        }
    }

    private static void AddBad(string what, MessageType type, IMessage request, string field) => Bad.Add(what, (type, request, ErrorCode.InvalidArgument, field));

    private static void AddGood(string what, MessageType type, IMessage request) => Good.Add(what, (type, request));

    /// <summary>A value in a test's name: in ASCII, and short.</summary>
    private static string Shown<T>(T value)
    {
        string text = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
        return text.Length > 40 ? $"{text.Length} characters" : string.Concat(text.Select(static character => character is > ' ' and <= '~' ? $"{character}" : $"U+{(int)character:X4}"));
    }

    private static string Text(int length) => new('a', length);

    private static InstanceKey Key(string ip, uint port, string cluster = "") => new() { Ip = ip, Port = port, Cluster = cluster };

    private static QueryRequest QueryOf(int clusters)
    {
        QueryRequest request = new() { Name = "s" };
        request.Clusters.AddRange(Enumerable.Range(0, clusters).Select(static i => $"c{i}"));
        return request;
    }

    private static Instance With((string Key, string Value)[] metadata)
    {
        Instance instance = new() { Ip = "a" };
        instance.Metadata.AddRange(metadata.Select(static pair => new Label { Key = pair.Key, Value = pair.Value }));
        return instance;
    }
}
