using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>Each field of a set-up at and beyond its bounds.</summary>
public sealed class BadSetupTests : IDisposable
{
    /// <summary>What breaks a rule: a change to a good set-up, and the field that is to blame.</summary>
    private static readonly Dictionary<string, (Action<SetupRequest> Change, string Field)> Bad = new()
    {
        ["no instance id"] = (static setup => setup.ClientInstanceId = ByteString.Empty, "client_instance_id"),
        ["an instance id of 15 bytes"] = (static setup => setup.ClientInstanceId = Id(15), "client_instance_id"),
        ["an instance id of 17 bytes"] = (static setup => setup.ClientInstanceId = Id(17), "client_instance_id"),
        ["an instance id of zeros"] = (static setup => setup.ClientInstanceId = ByteString.CopyFrom(new byte[16]), "client_instance_id"),
        ["no connection number"] = (static setup => setup.ConnectionNumber = 0, "connection_number"),
        ["a name of 257"] = (static setup => setup.ClientName = Text(257), "client_name"),
        ["a version of 257"] = (static setup => setup.ClientVersion = Text(257), "client_version"),
        ["a namespace of 65"] = (static setup => setup.DefaultNamespace = Text(65), "default_namespace"),
        ["a namespace with a dot"] = (static setup => setup.DefaultNamespace = "a.b", "default_namespace"),
        ["a namespace with a blank"] = (static setup => setup.DefaultNamespace = " ", "default_namespace"),
        ["a namespace that is not ASCII"] = (static setup => setup.DefaultNamespace = "ä", "default_namespace"),
        ["65 labels"] = (static setup => Labels(setup, 65), "labels"),
        ["a label without a key"] = (static setup => Label(setup, "", "v"), "labels[0].key"),
        ["a key of 129"] = (static setup => Label(setup, Text(129), "v"), "labels[0].key"),
        ["a value of 1,025"] = (static setup => Label(setup, "k", Text(1025)), "labels[0].value"),
        ["a key twice"] = (static setup => Label(Label(Label(setup, "a", "1"), "b", "2"), "a", "3"), "labels[2].key"),
        ["4,097 characters of labels"] = (static setup => Label(LabelsOf4096(setup), "x", ""), "labels"),
    };

    /// <summary>What is just within its rule.</summary>
    private static readonly Dictionary<string, Action<SetupRequest>> Good = new()
    {
        ["nothing but an id and a number"] = static setup => { },
        ["an instance id that begins with zeros"] = static setup => setup.ClientInstanceId = ByteString.CopyFrom([.. new byte[15], 1]),
        ["the highest connection number"] = static setup => setup.ConnectionNumber = ulong.MaxValue,
        ["a name of 256"] = static setup => setup.ClientName = Text(256),
        ["a version of 256"] = static setup => setup.ClientVersion = Text(256),
        ["a name with any text"] = static setup => setup.ClientName = "\u4E2D \t\u0001😀",
        ["a namespace of 64"] = static setup => setup.DefaultNamespace = Text(64),
        ["a namespace of all that is allowed"] = static setup => setup.DefaultNamespace = "azAZ09_-",
        ["64 labels"] = static setup => Labels(setup, 64),
        ["a key of 128"] = static setup => Label(setup, Text(128), ""),
        ["a value of 1,024"] = static setup => Label(setup, "k", Text(1024)),
        ["4,096 characters of labels"] = static setup => LabelsOf4096(setup),
        ["credentials"] = static setup => setup.Credentials.Add(new Label { Key = "token", Value = Text(5000) }),
        ["capabilities that nobody knows"] = static setup => setup.Capabilities = ulong.MaxValue,
        ["limits of zero"] = static setup => setup.Limits = new Messages.Limits(),
        ["limits beyond any"] = static setup => setup.Limits = new Messages.Limits { Streams = uint.MaxValue, StreamBytes = ulong.MaxValue, StreamCreditBytes = uint.MaxValue },
        ["limits of one"] = static setup => setup.Limits = new Messages.Limits { OutstandingRequests = 1, RequestBytes = 1, Subscriptions = 1, Publications = 1, Streams = 1, StreamBytes = 1, StreamCreditBytes = 1 },
    };

    private readonly BadInputs _inputs = new();

    public static TheoryData<string> BadSetups => [.. Bad.Keys];

    public static TheoryData<string> GoodSetups => [.. Good.Keys];

    public void Dispose() => _inputs.Dispose();

    [Theory]
    [ProtocolRule("C-6", "M-4", "M-7", "E-1")]
    [MemberData(nameof(BadSetups))]
    public void A_set_up_that_breaks_a_rule_is_refused_with_its_field_and_may_be_repeated(string what)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        SetupRequest setup = RawClient.NewSetup();
        Bad[what].Change(setup);
        ulong id = client.Request(MessageType.Setup, setup);

        ReceivedFrame answer = client.Read();
        Assert.Equal((FrameKind.Response, MessageType.Setup, id), (answer.Kind, answer.Type, answer.CorrelationId));
        Assert.Equal((ErrorCode.InvalidArgument, Bad[what].Field), ((ErrorCode)answer.Error.Code, answer.Error.Field));
        Assert.StartsWith(Bad[what].Field, answer.Error.Text, StringComparison.Ordinal);
        client.Request(MessageType.Setup, RawClient.NewSetup());
        Assert.Equal("node-under-test", client.Read().Answer(SetupReply.Parser).ServerName);
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("M-7", "C-15", "R-1")]
    [MemberData(nameof(GoodSetups))]
    public void A_set_up_that_is_just_within_its_rules_is_taken(string what)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        SetupRequest setup = RawClient.NewSetup();
        Good[what](setup);
        client.Request(MessageType.Setup, setup);

        SetupReply reply = client.Read().Answer(SetupReply.Parser);
        Assert.Equal((0UL, "", 0U), (reply.Capabilities, reply.User, reply.CredentialMilliseconds));
        _inputs.AssertGoesOn(client);
    }

    [Theory]
    [ProtocolRule("C-8")]
    [InlineData(1UL)]
    [InlineData(1UL << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_capability_that_is_required_and_not_there_ends_the_connection(ulong required)
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        SetupRequest setup = RawClient.NewSetup();
        setup.RequiredCapabilities = required;
        client.Request(MessageType.Setup, setup);

        _inputs.AssertEnds(client, GoAwayReason.MissingCapability);
    }

    [Fact]
    [ProtocolRule("C-5", "C-6")]
    public void A_request_behind_a_set_up_that_fails_ends_the_connection()
    {
        RawClient client = _inputs.ConnectBeforeSetup();
        SetupRequest setup = RawClient.NewSetup();
        setup.ConnectionNumber = 0;
        client.Write([
            .. RawClient.RequestBytes(MessageType.Setup, 1, setup),
            .. RawClient.RequestBytes(MessageType.Query, 2, new QueryRequest { Name = "s" }),
        ]);

        Assert.True(client.Read().IsError);
        _inputs.AssertEnds(client, GoAwayReason.SetupRequired);
    }

    private static string Text(int length) => new('a', length);

    private static ByteString Id(int length) => ByteString.CopyFrom([.. Enumerable.Range(1, length).Select(static number => (byte)number)]);

    private static SetupRequest Label(SetupRequest setup, string key, string value)
    {
        setup.Labels.Add(new Label { Key = key, Value = value });
        return setup;
    }

    private static void Labels(SetupRequest setup, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Label(setup, $"k{i}", "");
        }
    }

    private static SetupRequest LabelsOf4096(SetupRequest setup)
    {
        foreach (char key in "abcd")
        {
            Label(setup, $"{key}", Text(1023));
        }

        return setup;
    }
}
