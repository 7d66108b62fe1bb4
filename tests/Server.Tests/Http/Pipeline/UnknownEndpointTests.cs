using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed class UnknownEndpointTests : IAsyncLifetime
{
    private HttpNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await HttpNode.StartAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Theory]
    [InlineData("GET", "/nacos/v1/ns/nothing?a=b", 501, "Not Implemented", "no such api:GET:/nacos/v1/ns/nothing")]
    [InlineData("POST", "/nacos/v1/ns/instance/list", 501, "Not Implemented", "no such api:POST:/nacos/v1/ns/instance/list")]
    [InlineData("POST", "/nacos/v1/ns/raft/vote", 501, "Not Implemented", "no such api:POST:/nacos/v1/ns/raft/vote")]
    [InlineData("GET", "/nacos/v2/ns/nothing.html", 404, "Not Found", "No message available")]
    [InlineData("GET", "/", 404, "Not Found", "No message available")]
    [InlineData("POST", "/nacos/v2/ns/instance/list", 405, "Method Not Allowed", "Request method 'POST' not supported")]
    [InlineData("POST", "/nacos/prometheus/namespaceId/n", 405, "Method Not Allowed", "Request method 'POST' not supported")]
    public async Task What_is_not_there_is_a_document(string method, string path, int status, string error, string message)
    {
        (HttpStatusCode code, string text) = await _node.SendAsync(new HttpMethod(method), path);
        JsonElement document = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, (int)code);
        Assert.Equal(["timestamp", "status", "error", "message", "path"], document.EnumerateObject().Select(static member => member.Name));
        Assert.Equal(status, document.GetProperty("status").GetInt32());
        Assert.Equal(error, document.GetProperty("error").GetString());
        Assert.Equal(message, document.GetProperty("message").GetString());
        Assert.Equal(path.Split('?')[0], document.GetProperty("path").GetString());
        Assert.True(DateTimeOffset.TryParse(document.GetProperty("timestamp").GetString(), out _));
    }

    [Theory]
    [InlineData("/nacos/v1/ns/nothing?a", "/nacos/v1/ns/nothing")]
    [InlineData("http://registry.example/nacos/v1/ns/nothing?a=http://x/y", "/nacos/v1/ns/nothing")]
    [InlineData("/nacos/v1/ns/%zz?http://x/y", "/nacos/v1/ns/%zz")]
    public async Task The_path_of_a_document_is_as_it_was_sent_without_the_server(string target, string path)
    {
        string answer = await RawRequest.SendAsync(_node.Host.HttpAddress, $"GET {target} HTTP/1.1\r\nHost: registry.example\r\nConnection: close\r\n\r\n");
        Assert.EndsWith($"\"message\":\"no such api:GET:{path}\",\"path\":\"{path}\"}}", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slash_at_the_end_is_the_same_endpoint() =>
        Assert.Equal((HttpStatusCode.OK, "ok"), await _node.SendAsync(HttpMethod.Post, $"{HttpNode.InstancePath}/?serviceName=s&ip=1&port=1"));

    [Fact]
    public async Task The_parameter_check_answers_a_line_that_nobody_keeps()
    {
        using HttpResponseMessage response = await _node.Client.GetAsync(new Uri($"{HttpNode.InstancePath}?serviceName=s&port=x", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Content.Headers.ContentType);
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        Assert.Equal("no-cache, no-store", response.Headers.CacheControl!.ToString().Replace("no-store, no-cache", "no-cache, no-store", StringComparison.Ordinal));
        Assert.Equal(DateTimeOffset.UnixEpoch, response.Content.Headers.Expires);
    }
}
