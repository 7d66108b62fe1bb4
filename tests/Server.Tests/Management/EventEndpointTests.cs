using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Management;

public sealed class EventEndpointTests
{
    private const string Path = "/fastregistry/v1/operator/events";

    [Fact]
    public async Task The_life_of_an_HTTP_instance_is_told_the_newest_first()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=80");
        await node.OkAsync(HttpMethod.Delete, "serviceName=s&ip=10.0.0.1&port=80");
        JsonElement body = await ReadAsync(node, "?client=10.0.0.1:80", events: 4);

        Assert.Equal(
            ["ClientReleased", "InstanceDeregistered", "InstanceRegistered", "ClientConnected"],
            body.GetProperty("events").EnumerateArray().Select(static one => one.GetProperty("kind").GetString()));
        JsonElement deregistered = body.GetProperty("events")[1];
        Assert.Equal("public/DEFAULT_GROUP@@s", deregistered.GetProperty("service").GetString());
        Assert.Equal("10.0.0.1:80#DEFAULT", deregistered.GetProperty("instance").GetString());
        Assert.Equal("10.0.0.1:80", deregistered.GetProperty("client").GetString());
        Assert.Equal("Request", deregistered.GetProperty("reason").GetString());
        Assert.True(deregistered.GetProperty("revision").GetInt64() > 0);
        Assert.True(deregistered.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.False(deregistered.TryGetProperty("session", out _));
        Assert.Equal(5, body.GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task Kind_service_and_limit_choose()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        foreach (int port in new[] { 1, 2, 3 })
        {
            await node.OkAsync(HttpMethod.Post, $"serviceName=s{port % 2}&ip=10.0.0.1&port={port}");
        }

        JsonElement both = await ReadAsync(node, "?kind=instanceRegistered,ServiceCreated&service=s1", events: 3);
        Assert.Equal(3, both.GetProperty("events").GetArrayLength());
        JsonElement newest = await ReadAsync(node, "?kind=InstanceRegistered&limit=1", events: 1);
        Assert.Equal("10.0.0.1:3#DEFAULT", newest.GetProperty("events")[0].GetProperty("instance").GetString());
    }

    [Theory]
    [InlineData("?limit=0", "limit", "between 1 and 10000")]
    [InlineData("?limit=10001", "limit", "between 1 and 10000")]
    [InlineData("?limit=many", "limit", "between 1 and 10000")]
    [InlineData("?kind=Nothing", "kind", "InstanceRegistered")]
    [InlineData("?kind=3", "kind", "InstanceRegistered")]
    [InlineData("?kind=PushSent", "kind", "InstanceRegistered")]
    [InlineData("?clinet=x", "clinet", "kind, service, client, limit")]
    public async Task A_bad_parameter_is_400_with_its_name_and_rule(string query, string name, string rule)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Get, Path + query);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith($"Param '{name}' is illegal", text, StringComparison.Ordinal);
        Assert.Contains(rule, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_keeps_none_answers_none()
    {
        await using HttpNode node = await HttpNode.StartAsync("--Events:Kept=0");
        await node.OkAsync(HttpMethod.Post, "serviceName=s&ip=10.0.0.1&port=80");
        (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Get, Path);
        Assert.Equal((HttpStatusCode.OK, """{"total":0,"events":[]}"""), (status, text));
    }

    [Fact]
    public async Task Another_address_is_refused()
    {
        IPAddress? address = Array.Find(
            await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork, TestContext.Current.CancellationToken), static a => !IPAddress.IsLoopback(a));
        Assert.SkipWhen(address is null, "this machine has no address but the loopback one");
        await using HttpNode node = await HttpNode.StartAsync("--Http:Address=0.0.0.0");
        using HttpClient remote = new() { BaseAddress = new Uri($"http://{address}:{node.Host.HttpAddress.Port}") };
        using HttpResponseMessage response = await remote.GetAsync(new Uri(Path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    /// <summary>Asks until the events have come: they are on their way when the call that caused them is answered.</summary>
    private static async Task<JsonElement> ReadAsync(HttpNode node, string query, int events)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Get, Path + query);
            Assert.True(status == HttpStatusCode.OK, text);
            JsonElement body = JsonDocument.Parse(text).RootElement;
            if (body.GetProperty("events").GetArrayLength() == events)
            {
                return body;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), deadline.Token);
        }
    }
}
