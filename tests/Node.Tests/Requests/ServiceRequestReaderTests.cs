using System.Buffers;
using System.Text;
using FastRegistry.Node.Requests;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Requests;

public sealed class ServiceRequestReaderTests
{
    [Fact]
    public void What_it_reads_is_what_the_generated_parser_reads()
    {
        Random random = new(1);
        int read = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] body = RandomRequest(random).ToByteArray();
            if (random.Next(4) == 0 && body.Length > 0)
            {
                body[random.Next(body.Length)] = (byte)random.Next(256);
            }

            if (!ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(body), out ServiceRequestReader request) || Parse(body) is not { } expected)
            {
                continue;
            }

            read++;
            Assert.Equal(expected.Namespace, Encoding.UTF8.GetString(request.Namespace));
            Assert.Equal(expected.Group, Encoding.UTF8.GetString(request.Group));
            Assert.Equal(expected.Name, Encoding.UTF8.GetString(request.Name));
            Assert.Equal(expected.Instance ?? new Instance(), Instance.Parser.ParseFrom(request.Item));
        }

        Assert.InRange(read, 10_000, 20_000);
    }

    [Theory]
    [InlineData("0A")]
    [InlineData("0A05")]
    [InlineData("0A0161120162")]
    [InlineData("0A01611A0163120162")]
    [InlineData("0A01610A0162")]
    [InlineData("2A0161")]
    [InlineData("0801")]
    [InlineData("0A8080")]
    [InlineData("0A808001")]
    [InlineData("0A001A0173")]
    [InlineData("1A01732801")]
    public void What_is_broken_twice_there_out_of_order_or_unknown_is_left_to_the_parser(string hex)
    {
        bool isWhole = hex == "0A0161120162";
        Assert.Equal(isWhole, ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(Convert.FromHexString(hex)), out _));
    }

    [Fact]
    public void A_query_is_read_by_the_same_rules_and_its_clusters_are_seen()
    {
        QueryRequest plain = new() { Namespace = "team-a", Name = new string('s', 300) };
        Assert.True(ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(plain.ToByteArray()), out ServiceRequestReader request));
        Assert.True(request.Item.IsEmpty);
        Span<byte> key = stackalloc byte[ServiceRequestReader.MaximumKeyBytes];
        Assert.True(request.TryWriteKey("public"u8, key, out int keyBytes));
        Assert.Equal($"team-a\0DEFAULT_GROUP\0{plain.Name}", Encoding.UTF8.GetString(key[..keyBytes]));

        QueryRequest ofOneCluster = new() { Name = "s", Clusters = { "east" } };
        Assert.False(ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(ofOneCluster.ToByteArray()), out request) && request.Item.IsEmpty);
        QueryRequest ofAnEmptyOne = new() { Name = "s", Clusters = { "" } };
        Assert.False(ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(ofAnEmptyOne.ToByteArray()), out _));
        QueryRequest healthyOnly = new() { Name = "s", HealthyOnly = true };
        Assert.False(ServiceRequestReader.TryRead(new ReadOnlySequence<byte>(healthyOnly.ToByteArray()), out _));
    }

    [Fact]
    public void A_client_that_registers_the_same_again_gets_the_same_answer_by_the_short_way_and_by_the_long_one()
    {
        using NodeFixture node = new();
        RawClient client = node.Connect();
        Instance instance = NewInstance(1);
        ulong revision = client.Call(Wire.Framing.MessageType.Register, new RegisterRequest { Name = "s", Instance = instance }).Answer(RegisterReply.Parser).Revision;

        RegisterRequest same = new() { Name = "s", Instance = instance };
        RegisterRequest sameInOtherWords = new() { Namespace = "public", Group = "DEFAULT_GROUP", Name = "s", Instance = instance.Clone() };
        sameInOtherWords.Instance.Weight = 1;
        sameInOtherWords.Instance.Cluster = "DEFAULT";
        foreach (RegisterRequest request in (RegisterRequest[])[same, sameInOtherWords, same])
        {
            Assert.Equal(new RegisterReply { Revision = revision }, client.Call(Wire.Framing.MessageType.Register, request).Answer(RegisterReply.Parser));
        }

        RegisterRequest changed = new() { Name = "s", Instance = instance.Clone() };
        changed.Instance.Weight = 2;
        RegisterReply reply = client.Call(Wire.Framing.MessageType.Register, changed).Answer(RegisterReply.Parser);
        Assert.True(reply.Changed);
        Assert.Equal(new RegisterReply { Revision = reply.Revision }, client.Call(Wire.Framing.MessageType.Register, changed).Answer(RegisterReply.Parser));
    }

    [Fact]
    public void Another_client_with_the_same_instance_publishes_it_too()
    {
        using NodeFixture node = new();
        RawClient first = node.Connect();
        RawClient second = node.Connect();
        first.Register("s", 1);
        second.Register("s", 1);
        Assert.Equal(2, node.Registry.PublicationCount);
    }

    private static RegisterRequest? Parse(byte[] body)
    {
        try
        {
            return RegisterRequest.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static RegisterRequest RandomRequest(Random random)
    {
        RegisterRequest request = new()
        {
            Namespace = random.Next(2) == 0 ? "" : "team-a",
            Group = random.Next(2) == 0 ? "" : "G",
            Name = new string('s', random.Next(1, 400)),
        };
        if (random.Next(8) > 0)
        {
            request.Instance = NewInstance(random.Next(65536));
            for (int i = random.Next(3); i > 0; i--)
            {
                request.Instance.Metadata.Add(new Label { Key = $"k{i}", Value = new string('v', random.Next(300)) });
            }
        }

        return request;
    }
}
