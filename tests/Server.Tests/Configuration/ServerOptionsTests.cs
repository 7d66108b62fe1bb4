using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Rules;
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
            [5, 10, 20, 5, 60, 2, 10, 5, 60, 60, 180, 10, 15],
            new[]
            {
                deadlines.Handshake, deadlines.StartedFrame, deadlines.IdleProbe, deadlines.ProbeAnswer, deadlines.SlowConsumer, deadlines.Linger,
                deadlines.Drain, deadlines.GoAwaySpread, deadlines.EmptyService, deadlines.ExpiredOverride,
                deadlines.SyncedClient, deadlines.Reaffirm, deadlines.WarmUp,
            }.Select(static time => (int)time.TotalSeconds));
        Assert.Equal((10, 500), (options.Push.MergeWindowMinimum.TotalMilliseconds, options.Push.MergeWindowMaximum.TotalMilliseconds));
    }

    [Theory]
    [InlineData("Http:Port", "65536")]
    [InlineData("Http:Port", "-1")]
    [InlineData("Http:Port", "many")]
    [InlineData("Http:Address", "localhost")]
    [InlineData("Http:Address", "")]
    [InlineData("Http:ContextPath", "nacos")]
    [InlineData("Http:ContextPath", "/nacos/")]
    [InlineData("Http:ContextPath", "//")]
    [InlineData("Http:ContextPath", "/a//b")]
    [InlineData("Http:ContextPath", "/a/../b")]
    [InlineData("Http:ContextPath", "/{a}")]
    [InlineData("Http:ContextPath", "/a b")]
    [InlineData("Http:ContextPath", "/a?b")]
    [InlineData("Http:AllowedOrigins", "console.example")]
    [InlineData("Http:AllowedOrigins", "ftp://console.example")]
    [InlineData("Http:AllowedOrigins", "http://console.example/")]
    [InlineData("Http:AllowedOrigins", "http://console.example/path")]
    [InlineData("Http:AllowedOrigins", "http://user@console.example")]
    [InlineData("Http:AllowedOrigins", "*, http://console.example")]
    [InlineData("Http:AllowedOrigins", "null")]
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
    [InlineData("Limits:RulesFile", "/")]
    [InlineData("Limits:RedirectAddresses", "10.0.0.1")]
    [InlineData("Limits:RedirectAddresses", "10.0.0.1:7848, two words:1")]
    [InlineData("Limits:RedirectAddresses", "10.0.0.1:0")]
    [InlineData("Limits:RedirectAddresses", "::1:7848")]
    [InlineData("ClientTransport:Kind", "fast")]
    [InlineData("ClientTransport:Kind", "1")]
    [InlineData("ClientTransport:Kind", "")]
    [InlineData("ClientTransport:Loops", "0")]
    [InlineData("ClientTransport:Loops", "65")]
    [InlineData("ClientTransport:Spin", "00:00:00.0010001")]
    [InlineData("ClientTransport:Spin", "-00:00:00.0000001")]
    [InlineData("ClientTransport:UserTimeout", "00:00:00.5")]
    [InlineData("ClientTransport:KeepAliveIdle", "-00:00:01")]
    [InlineData("ClientTransport:KeepAliveIdle", "10:00:00")]
    [InlineData("ClientTransport:KeepAliveInterval", "00:00:00")]
    [InlineData("ClientTransport:KeepAliveProbes", "0")]
    [InlineData("ClientTransport:KeepAliveProbes", "128")]
    [InlineData("ClientTransport:NotSentLowWaterBytes", "-1")]
    [InlineData("Operator:Remote", "perhaps")]
    [InlineData("Operator:Remot", "true")]
    [InlineData("Workers:Push", "65")]
    [InlineData("Workers:Requests", "0")]
    [InlineData("Events:Kept", "-1")]
    [InlineData("Events:Kept", "1000001")]
    [InlineData("Events:LinesPerSecond", "0")]
    [InlineData("Events:QueueCapacity", "15")]
    [InlineData("Events:Lines", "5")]
    [InlineData("Push:MergeWindowMinimum", "00:00:00")]
    [InlineData("Push:MergeWindowMinimum", "00:00:01")]
    [InlineData("Push:MergeWindowMaximum", "-00:00:01")]
    [InlineData("Push:MergeWindowMaximum", "00:01:01")]
    [InlineData("Push:MergeWindow", "00:00:01")]
    [InlineData("Push:AckDeadline", "00:00:00.09")]
    [InlineData("Push:AckDeadline", "01:00:01")]
    [InlineData("Push:Retries", "5")]
    [InlineData("Http:Prot", "80")]
    [InlineData("Limits:Conections", "80")]
    [InlineData("Deadlines:Idle", "00:00:20")]
    [InlineData("Switches:PushEnabled", "treu")]
    [InlineData("Switches:PushEnabld", "true")]
    [InlineData("Switches:DefaultPushCacheMillis", "9999")]
    [InlineData("Switches:DefaultCacheMillis", "999")]
    [InlineData("Switches:ClientBeatInterval", "00:00:05")]
    [InlineData("Switches:CheckTimes", "0")]
    [InlineData("Switches:LimitedUrlMap", "/x")]
    [InlineData("Switches:OverriddenServerStatus", "Closed")]
    [InlineData("RateLimits:Query", "100")]
    [InlineData("RateLimits:Queries", "100")]
    [InlineData("RateLimits:Query:Max", "100")]
    [InlineData("RateLimits:Query:Maximum", "-2")]
    [InlineData("RateLimits:Query:Maximum", "many")]
    [InlineData("RateLimits:Query:Type", "Refuse")]
    [InlineData("RateLimits:Query:Type", "7")]
    [InlineData("RateLimits:Query:Period", "Hour")]
    [InlineData("RateLimits:HealthCheck:Type", "Intercept")]
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
    public void Sockets_have_the_defaults_of_the_transport()
    {
        ClientTransportOptions options = Read().ClientTransport;
        Wire.Transport.SocketTransportOptions transport = new();
        Assert.Equal(transport.UserTimeout, options.UserTimeout);
        Assert.Equal(transport.KeepAliveIdle, options.KeepAliveIdle);
        Assert.Equal(transport.KeepAliveInterval, options.KeepAliveInterval);
        Assert.Equal(transport.KeepAliveProbes, options.KeepAliveProbes);
        Assert.Equal(transport.NotSentLowWaterBytes, options.NotSentLowWaterBytes);
    }

    [Fact]
    public void Operator_calls_come_from_this_machine_unless_it_says_otherwise()
    {
        Assert.False(Read().Operator.Remote);
        Assert.True(Read(("Operator:Remote", "true")).Operator.Remote);
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

    [Fact]
    public void Switches_are_read_under_the_names_of_the_document_in_any_case()
    {
        ServerOptions options = Read(
            ("Switches:pushEnabled", "false"), ("Switches:DefaultPushCacheMillis", "20000"), ("Switches:OverriddenServerStatus", "READ_ONLY"));
        Assert.Equal(
            new Switches { PushEnabled = false, DefaultPushCacheMilliseconds = 20_000, OverriddenServerStatus = ServerStatus.ReadOnly }, options.Switches);
        Assert.Equal(new Switches(), Read().Switches);
    }

    [Fact]
    public void Switches_that_were_made_by_a_program_are_checked_too()
    {
        ConfigurationError error = Assert.Throws<ConfigurationError>(
            () => ServerOptionsReader.Check(new ServerOptions { Switches = new Switches { DefaultPushCacheMilliseconds = 1 } }));
        Assert.StartsWith("Switches:defaultPushCacheMillis", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_limits_are_read_for_each_point_and_off_without_a_maximum()
    {
        ServerOptions options = Read(
            ("RateLimits:query:Maximum", "100"), ("RateLimits:query:Type", "intercept"), ("RateLimits:HttpList:Maximum", "5"), ("RateLimits:HttpList:Period", "Minute"),
            ("RateLimits:Register:Type", "Intercept"));
        Assert.Equal(new RateLimitRule { Maximum = 100, Type = RateLimitType.Intercept }, options.RateLimits[ControlPoint.Query]);
        Assert.Equal(new RateLimitRule { Maximum = 5, Period = RateLimitPeriod.Minute }, options.RateLimits[ControlPoint.HttpList]);
        Assert.Equal(RateLimitRule.Unlimited, options.RateLimits[ControlPoint.Register].Maximum);
        Assert.Empty(Read().RateLimits);
    }

    private static ServerOptions Read(params (string Key, string Value)[] values) => ServerOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(static value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build());
}
