using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Configuration;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Tests.Harness;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using Microsoft.AspNetCore.Http;

namespace FastRegistry.Server.Tests.Nacos.Cluster;

public sealed partial class LoaderTests : IAsyncLifetime
{
    private const string Path = "/nacos/v2/core/loader";

    private HttpNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await HttpNode.StartAsync("--Deadlines:WarmUp=0");

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task Without_connections_the_list_is_an_empty_object() => Assert.Equal((HttpStatusCode.OK, "{}"), await _node.SendAsync(HttpMethod.Get, $"{Path}/current"));

    [Fact]
    public async Task A_connection_has_exactly_these_fields()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        using RawSocket client = await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2", ("app", "orders"), ("zone", "ä+<1>"));
        using HttpResponseMessage response = await _node.Client.GetAsync($"{Path}/current", TestContext.Current.CancellationToken);
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        JsonProperty connection = Assert.Single(JsonDocument.Parse(text).RootElement.EnumerateObject());
        JsonElement meta = connection.Value.GetProperty("metaInfo");
        DateTimeOffset created = DateTimeOffset.ParseExact(meta.GetProperty("createTime").GetString()!, "yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        DateTimeOffset active = DateTimeOffset.FromUnixTimeMilliseconds(meta.GetProperty("lastActiveTime").GetInt64());
        Assert.InRange(created, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.InRange(active, created.AddMilliseconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(
            $$$"""
            {"ID":{"metaInfo":{"connectType":"FASTREGISTRY","clientIp":"127.0.0.2","remoteIp":"127.0.0.2","remotePort":{{{client.LocalPort}}},
            "localPort":{{{_node.Host.Node.ClientEndPoint!.Port}}},"version":"test","connectionId":"ID","createTime":"TIME","lastActiveTime":MS,
            "appName":"orders","tenant":"public","labels":{"app":"orders","zone":"ä+<1>"}},"clientName":"raw","publications":0,"subscriptions":0,"behind":false}}
            """.ReplaceLineEndings(""),
            Milliseconds().Replace(Time().Replace(text.Replace(connection.Name, "ID", StringComparison.Ordinal), "\"createTime\":\"TIME\""), "\"lastActiveTime\":MS"));
    }

    [Fact]
    public async Task Many_connections_are_one_valid_object()
    {
        List<RawSocket> clients = [];
        for (int i = 0; i < 300; i++)
        {
            clients.Add(await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2", ("text", new string('x', 1000))));
        }

        (_, string text) = await _node.SendAsync(HttpMethod.Get, $"{Path}/current");
        Assert.Equal(300, JsonDocument.Parse(text).RootElement.EnumerateObject().Select(static property => property.Name).Distinct().Count());
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task The_load_of_the_cluster_has_exactly_these_fields()
    {
        using RawSocket first = await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2");
        using RawSocket second = await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2");
        (HttpStatusCode status, string text) = await _node.SendAsync(HttpMethod.Get, $"{Path}/cluster");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            $$$"""
            {"total":2,"min":2,"avg":2,"max":2,"memberCount":1,"metricsCount":1,"threshold":2.2,"completed":true,
            "detail":[{"address":"{{{_node.Host.HttpAddress.Authority}}}","metric":{"conCount":"2","sdkConCount":"2","load":"N","cpu":"N"}}]}
            """.ReplaceLineEndings(""),
            Figures().Replace(text, "\"$1\":\"N\""));
    }

    [Theory]
    [InlineData("reloadCurrent", "caused: Param 'count' is required.;")]
    [InlineData("reloadCurrent?count=many", "caused: Param 'count' is illegal, it must be a whole number between 0 and 2147483647.;")]
    [InlineData("reloadCurrent?count=-1", "caused: Param 'count' is illegal, it must be a whole number between 0 and 2147483647.;")]
    [InlineData("reloadCurrent?count=1&redirectAddress=nowhere", "caused: Param 'redirectAddress' is illegal, it must have the form host:port, not \"nowhere\".;")]
    [InlineData("reloadClient", "caused: Param 'connectionId' is required.;")]
    [InlineData("reloadClient?connectionId=7", "caused: Param 'connectionId' is illegal, it must be an id from /nacos/v2/core/loader/current.;")]
    [InlineData("reloadClient?connectionId=1_2_3&redirectAddress=h:0", "caused: Param 'redirectAddress' is illegal, it must have the form host:port, not \"h:0\".;")]
    [InlineData("smartReloadCluster?loaderFactor=2", "caused: Param 'loaderFactor' is illegal, it must be between 0 and 1.;")]
    [InlineData("smartReloadCluster?loaderFactor=x", "caused: For input string: \"x\";")]
    public async Task A_wrong_parameter_is_named_with_its_rule(string call, string text) =>
        Assert.Equal((HttpStatusCode.BadRequest, text), await _node.SendAsync(HttpMethod.Get, $"{Path}/{call}"));

    [Theory]
    [InlineData("smartReloadCluster", "Ok")]
    [InlineData("smartReloadCluster?loaderFactor=0.2&force=true", "Ok")]
    [InlineData("reloadClient?connectionId=1_2_3", "success")]
    [InlineData("reloadCurrent?count=0", "success")]
    public async Task What_there_is_nothing_to_do_for_is_answered_like_the_rest(string call, string text) =>
        Assert.Equal((HttpStatusCode.OK, text), await _node.SendAsync(HttpMethod.Get, $"{Path}/{call}"));

    [Fact]
    public async Task A_moved_connection_is_told_where_to_go_and_closed_after_the_linger_time()
    {
        using RawSocket moved = await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2");
        using RawSocket other = await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.3");
        (_, string text) = await _node.SendAsync(HttpMethod.Get, $"{Path}/current");
        string id = JsonDocument.Parse(text).RootElement.EnumerateObject()
            .Single(property => property.Value.GetProperty("metaInfo").GetProperty("remotePort").GetInt32() == moved.LocalPort).Name;
        Assert.Equal((HttpStatusCode.OK, "success"), await _node.SendAsync(HttpMethod.Get, $"{Path}/reloadClient?connectionId={id}&redirectAddress=127.0.0.9:7848"));
        Wire.Messages.GoAway goAway = (await moved.ReadAsync()).GoAway;
        Assert.Equal((uint)GoAwayReason.Move, goAway.Reason);
        Assert.Equal(["127.0.0.9:7848"], goAway.Addresses);
        Assert.True(await moved.EndsAsync());
        await Eventually.TrueAsync(() => _node.Host.Node.Services.Sessions.Count == 1, "the other one alone is left");
    }

    [Fact]
    public async Task The_node_sheds_down_to_a_count()
    {
        List<RawSocket> clients = [];
        for (int i = 0; i < 6; i++)
        {
            clients.Add(await RawSocket.SetUpAsync(_node.Host.Node.ClientEndPoint!, "127.0.0.2"));
        }

        Assert.Equal((HttpStatusCode.OK, "success"), await _node.SendAsync(HttpMethod.Get, $"{Path}/reloadCurrent?count=4&redirectAddress=[::1]:7848"));
        await Eventually.TrueAsync(() => _node.Host.Node.Services.Sessions.Count == 4, "two have left");
        Assert.Equal(["[::1]:7848"], (await clients[5].ReadAsync()).GoAway.Addresses);
        Assert.Equal(["[::1]:7848"], (await clients[4].ReadAsync()).GoAway.Addresses);
        clients.ForEach(static client => client.Dispose());
    }

    [Theory]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("10.0.0.1", false, false)]
    [InlineData(null, false, false)]
    [InlineData("10.0.0.1", true, true)]
    public void Operator_calls_from_elsewhere_need_the_option(string? address, bool remote, bool allowed)
    {
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        Exception? fault = Record.Exception(() => new OperatorAccess(new OperatorOptions { Remote = remote }, new HttpOptions()).Check(context));
        Assert.Equal(allowed, fault is null);
        Assert.Equal(allowed ? null : 403, (fault as HttpError)?.Status);
    }

    [GeneratedRegex("\"(load|cpu)\":\"[0-9]+\\.[0-9]+\"")]
    private static partial Regex Figures();

    [GeneratedRegex("\"createTime\":\"[^\"]+\"")]
    private static partial Regex Time();

    [GeneratedRegex("\"lastActiveTime\":[0-9]{13}")]
    private static partial Regex Milliseconds();
}
