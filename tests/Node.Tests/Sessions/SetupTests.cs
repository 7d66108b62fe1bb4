using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class SetupTests : IDisposable
{
    private readonly NodeFixture _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void Preface_and_set_up_in_one_write_make_a_session()
    {
        RawClient client = _node.ConnectBare();
        SetupReply reply = client.SetUp();

        Assert.Equal(_node.Registry.Epoch.Node, reply.Epoch.Node);
        Assert.Equal(_node.Registry.Epoch.Incarnation, reply.Epoch.Incarnation);
        Assert.Equal((ulong)Capabilities.All, reply.Capabilities);
        Assert.True(reply.SeesMajority);
        Assert.Equal("node-under-test", reply.ServerName);
        Assert.NotEmpty(reply.ServerVersion);
        Assert.Equal(20_000u, reply.IdleProbeMilliseconds);
        Assert.Equal((1_024u, 1u << 20, 10_000u, 100_000u), (reply.Limits.OutstandingRequests, reply.Limits.RequestBytes, reply.Limits.Subscriptions, reply.Limits.Publications));
        Assert.Equal(("", 0u), (reply.User, reply.CredentialMilliseconds));
        Assert.Equal(1, _node.Node.Services.Clients.Count);
        Assert.Null(client.TryRead());
        client.Close();
        _node.AssertNothingHeld();
    }

    [Fact]
    public void Set_up_arrives_byte_by_byte()
    {
        RawClient client = _node.ConnectBare();
        byte[] bytes = [.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 77, RawClient.NewSetup())];
        foreach (byte one in bytes)
        {
            Assert.Null(client.TryRead());
            client.Write([one]);
        }

        ReceivedFrame reply = client.Read();
        Assert.Equal(77UL, reply.CorrelationId);
        reply.Answer(SetupReply.Parser);
    }

    [Fact]
    public void Only_capabilities_both_sides_have_are_agreed()
    {
        SetupRequest request = RawClient.NewSetup();
        request.Capabilities = ulong.MaxValue;
        Assert.Equal((ulong)Capabilities.All, _node.ConnectBare().SetUp(request).Capabilities);
    }

    [Fact]
    public void A_required_capability_this_node_lacks_is_a_goaway_that_names_it()
    {
        RawClient client = _node.ConnectBare();
        SetupRequest request = RawClient.NewSetup();
        request.RequiredCapabilities = 1UL << 60;
        client.Write([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, request)]);

        Assert.Contains("1000000000000000", client.ReadGoAway(GoAwayReason.MissingCapability).Text, StringComparison.Ordinal);
        Assert.Null(client.TryRead());
        Assert.True(client.SeesEnd);
    }

    [Fact]
    public void A_wrong_set_up_is_an_error_that_names_the_field_and_may_be_corrected()
    {
        RawClient client = _node.ConnectBare();
        client.Write(RawClient.PrefaceBytes());
        foreach ((string field, Action<SetupRequest> spoil) in Spoilers())
        {
            SetupRequest request = RawClient.NewSetup();
            spoil(request);
            ErrorReply error = client.Call(MessageType.Setup, request).Error;
            Assert.Equal((uint)ErrorCode.InvalidArgument, error.Code);
            Assert.Equal(field, error.Field);
            Assert.StartsWith(field, error.Text, StringComparison.Ordinal);
        }

        client.WriteFrame(new FrameHeader(1, FrameKind.Request, FrameFlags.None, MessageType.Setup, 5), [0xFF]);
        Assert.Equal((uint)ErrorCode.MalformedBody, client.Read().Error.Code);
        client.Call(MessageType.Setup, RawClient.NewSetup()).Answer(SetupReply.Parser);
        client.Query("s");
    }

    [Fact]
    public void The_default_namespace_counts_where_a_request_names_none()
    {
        RawClient client = _node.ConnectBare();
        SetupRequest request = RawClient.NewSetup();
        request.DefaultNamespace = "blue";
        client.SetUp(request);
        client.Register("s", 1);

        Assert.Equal("blue", client.Query("s").Namespace);
        Assert.Equal([1], client.Query("s").Ports());
        Snapshot other = client.Call(MessageType.Query, new QueryRequest { Namespace = "public", Name = "s" }).Answer(Snapshot.Parser);
        Assert.Empty(other.Instances);
    }

    [Fact]
    public void Fields_of_a_newer_version_are_skipped()
    {
        RawClient client = _node.ConnectBare();
        byte[] body = [.. RawClient.NewSetup().ToByteArray(), 0xF8, 0x7F, 0x01];
        client.Write([.. RawClient.PrefaceBytes(), .. RawClient.FrameBytes(new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Setup, 1), body)]);
        client.Read().Answer(SetupReply.Parser);
    }

    private static IEnumerable<(string Field, Action<SetupRequest> Spoil)> Spoilers()
    {
        yield return ("client_instance_id", static request => request.ClientInstanceId = ByteString.Empty);
        yield return ("client_instance_id", static request => request.ClientInstanceId = ByteString.CopyFrom(new byte[16]));
        yield return ("client_instance_id", static request => request.ClientInstanceId = ByteString.CopyFrom(new byte[17]));
        yield return ("connection_number", static request => request.ConnectionNumber = 0);
        yield return ("client_name", static request => request.ClientName = new string('n', 257));
        yield return ("client_version", static request => request.ClientVersion = new string('v', 257));
        yield return ("labels", static request => request.Labels.AddRange(Enumerable.Range(0, 65).Select(static _ => new Label())));
        yield return ("default_namespace", static request => request.DefaultNamespace = "no spaces");
    }
}
