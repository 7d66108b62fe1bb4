using FastRegistry.Server.Configuration;
using Microsoft.Extensions.Configuration;

namespace FastRegistry.Server.Tests.Configuration;

public sealed class ServerOptionsTests
{
    [Fact]
    public void Defaults_are_those_of_the_design()
    {
        ServerOptions options = Read();
        Assert.Equal((8848, 7848), (options.Http.Port, options.ClientTransport.Port));
        Assert.Equal(("127.0.0.1", "127.0.0.1"), (options.Http.Address, options.ClientTransport.Address));
        Assert.Equal($"{Environment.MachineName}.7848", options.Node.Id);
        DeadlineOptions deadlines = options.Deadlines;
        Assert.Equal(
            [5, 10, 20, 5, 60, 2, 10, 5, 60, 10, 15],
            new[]
            {
                deadlines.Handshake, deadlines.StartedFrame, deadlines.IdleProbe, deadlines.ProbeAnswer, deadlines.SlowConsumer, deadlines.Linger,
                deadlines.Drain, deadlines.GoAwaySpread, deadlines.EmptyService, deadlines.Reaffirm, deadlines.WarmUp,
            }.Select(static time => (int)time.TotalSeconds));
        Assert.Equal((10, 500), (options.Push.MergeWindowMinimum.TotalMilliseconds, options.Push.MergeWindowMaximum.TotalMilliseconds));
    }

    [Theory]
    [InlineData("Http:Port", "65536")]
    [InlineData("Http:Port", "-1")]
    [InlineData("Http:Port", "many")]
    [InlineData("Http:Address", "localhost")]
    [InlineData("Http:Address", "")]
    [InlineData("ClientTransport:Port", "70000")]
    [InlineData("ClientTransport:Address", "::zz")]
    [InlineData("Node:Id", "two words")]
    [InlineData("Deadlines:Handshake", "00:00:00")]
    [InlineData("Deadlines:StartedFrame", "-00:00:01")]
    [InlineData("Deadlines:IdleProbe", "2.00:00:00")]
    [InlineData("Deadlines:ProbeAnswer", "soon")]
    [InlineData("Deadlines:SlowConsumer", "00:00:00.009")]
    [InlineData("Deadlines:Linger", "00:00:00")]
    [InlineData("Deadlines:EmptyService", "00:00:00")]
    [InlineData("Deadlines:Reaffirm", "00:00:00")]
    [InlineData("Deadlines:Drain", "-00:00:01")]
    [InlineData("Deadlines:GoAwaySpread", "-00:00:01")]
    [InlineData("Deadlines:WarmUp", "-00:00:01")]
    [InlineData("Limits:Connections", "0")]
    [InlineData("Limits:Services", "0")]
    [InlineData("Limits:InstancesPerService", "0")]
    [InlineData("Limits:PublicationsPerClient", "0")]
    [InlineData("Limits:SubscriptionsPerClient", "0")]
    [InlineData("Limits:RequestsInWorkPerClient", "0")]
    [InlineData("Limits:QueuedRequests", "0")]
    [InlineData("Limits:Connections", "1.5")]
    [InlineData("Workers:Push", "65")]
    [InlineData("Workers:Requests", "0")]
    [InlineData("Push:MergeWindowMinimum", "00:00:00")]
    [InlineData("Push:MergeWindowMinimum", "00:00:01")]
    [InlineData("Push:MergeWindowMaximum", "-00:00:01")]
    [InlineData("Push:MergeWindowMaximum", "00:01:01")]
    [InlineData("Push:MergeWindow", "00:00:01")]
    [InlineData("Http:Prot", "80")]
    [InlineData("Limits:Conections", "80")]
    [InlineData("Deadlines:Idle", "00:00:20")]
    public void A_wrong_value_or_key_is_one_line_that_names_the_key(string key, string value)
    {
        ConfigurationError error = Assert.Throws<ConfigurationError>(() => Read((key, value)));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Two_listeners_may_not_share_a_port()
    {
        ConfigurationError error = Assert.Throws<ConfigurationError>(() => Read(("Http:Port", "9000"), ("ClientTransport:Port", "9000")));
        Assert.StartsWith("ClientTransport:Port", error.Message, StringComparison.Ordinal);
        Read(("Http:Port", "0"), ("ClientTransport:Port", "0"));
        Read(("Http:Port", "9000"), ("ClientTransport:Port", "9000"), ("Http:Address", "127.0.0.2"));
    }

    [Fact]
    public void Zero_switches_off_what_may_be_zero()
    {
        ServerOptions options = Read(("Deadlines:Drain", "00:00:00"), ("Deadlines:GoAwaySpread", "0"), ("Deadlines:WarmUp", "00:00:00"), ("Push:MergeWindowMaximum", "00:00:00"));
        Assert.Equal(TimeSpan.Zero, options.Push.MergeWindowMaximum);
        Assert.Equal(TimeSpan.Zero, options.Deadlines.Drain);
        Assert.Equal(TimeSpan.Zero, options.Deadlines.GoAwaySpread);
        Assert.Equal(TimeSpan.Zero, options.Deadlines.WarmUp);
    }

    private static ServerOptions Read(params (string Key, string Value)[] values) => ServerOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build());
}
