using FastRegistry.Load.Scenarios;
using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Grpc;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Tests.Baseline;

public sealed class BadRequestTests
{
    private const string Open = "/fastregistry.v1.Session/Open";
    private const string Query = "/fastregistry.v1.Naming/Query";
    private const string Register = "/fastregistry.v1.Naming/Register";

    [Fact]
    public async Task A_request_that_breaks_a_rule_is_refused_and_costs_nothing_else()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection connection = await baseline.ConnectAsync();

        // One byte where an instance should be: an instance cannot begin with it.
        GrpcRequest malformed = new(Register, new QueryRequest { Name = "s", Clusters = { "a" } });
        Assert.Equal(LoadResult.Fail("grpc-status 3"), await connection.SendAsync(malformed));
        Assert.Equal(LoadResult.Fail("grpc-status 3"), await connection.SendAsync(baseline.Target.PrepareQuery("")));
        Assert.Equal(LoadResult.Fail("grpc-status 3"), await connection.SendAsync(baseline.Target.PrepareRegister("é中", BaselineFixture.NewInstance(1))));

        await baseline.RegisterAsync(connection, "s", 1);
        await BaselineFixture.OkAsync(connection.HeartbeatAsync());
        Assert.Equal(0, baseline.Target.Statistics.Losses.Total);
        await connection.LeaveAsync();
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 })]
    [InlineData(new byte[] { 1, 0, 0, 0, 1, 1 })]
    [InlineData(new byte[] { 0, 0xff, 0xff, 0xff, 0xff, 1 })]
    public async Task A_body_that_is_not_one_message_is_refused(byte[] body)
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        using RawGrpcClient client = await RawGrpcClient.ConnectAsync(baseline.Host);
        await client.SetUpAsync();

        Assert.Equal("3", (await client.CallAsync(Query, body)).Status);

        // An empty message is a whole one; its name is missing.
        Assert.Equal("3", (await client.CallAsync(Query, 0, 0, 0, 0, 0)).Status);
        Assert.Equal("12", (await client.CallAsync("/fastregistry.v1.Naming/Guess", body)).Status);
    }

    [Fact]
    public async Task A_request_before_the_set_up_is_refused()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        using RawGrpcClient client = await RawGrpcClient.ConnectAsync(baseline.Host);

        Assert.Equal("9", (await client.CallAsync(Query, 0, 0, 0, 0, 3, 0x1a, 1, (byte)'s')).Status);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 2, 1, 2, 3, 4, 5, 6, 7, 8 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 3, 1, 0x1a, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0xff, 0, 0, 0 })]
    public async Task A_stream_that_does_not_begin_with_a_valid_set_up_is_ended(byte[] firstMessage)
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        ITargetConnection bystander = await baseline.ConnectAsync();
        using RawGrpcClient client = await RawGrpcClient.ConnectAsync(baseline.Host);

        Assert.Equal("3", (await client.CallAsync(Open, firstMessage)).Status);

        await BaselineFixture.OkAsync(bystander.HeartbeatAsync());
        await bystander.LeaveAsync();
    }

    [Fact]
    public async Task A_second_stream_on_a_connection_is_refused()
    {
        await using BaselineFixture baseline = await BaselineFixture.StartAsync();
        using RawGrpcClient client = await RawGrpcClient.ConnectAsync(baseline.Host);
        await client.SetUpAsync();

        Assert.Equal("6", (await client.CallAsync(Open, GrpcMessages.Setup())).Status);
    }
}
