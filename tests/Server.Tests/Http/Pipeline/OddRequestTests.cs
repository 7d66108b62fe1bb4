using System.Net;
using System.Text;
using FastRegistry.Server.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FastRegistry.Server.Tests.Http.Pipeline;

/// <summary>Requests as no library sends them: what is served is served right, the rest is refused without a 5xx.</summary>
public sealed class OddRequestTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string Path = HttpNode.InstancePath;
    private const string End = "Host: a\r\nConnection: close\r\n";
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    [Fact]
    public async Task Pipelined_requests_are_answered_in_their_order()
    {
        string answer = await SendAsync(
            $"POST {Path}?serviceName=pipe&ip=1&port=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
            + $"GET {Path}/statuses?key=DEFAULT_GROUP@@pipe HTTP/1.1\r\nHost: a\r\n\r\nGET /health/live HTTP/1.1\r\n{End}\r\n");
        string[] bodies = [.. answer.Split("HTTP/1.1 200 OK\r\n", StringSplitOptions.RemoveEmptyEntries).Select(static part => part.Split("\r\n\r\n")[1])];
        Assert.Equal(["ok", """{"ips":["1:1_true"]}""", "alive"], bodies);
    }

    [Theory]
    [InlineData("chunked", $"POST {Path} HTTP/1.1\r\n{End}{Form}Transfer-Encoding: chunked\r\n\r\n11\r\nserviceName=odd&i\r\n8\r\np=1&port\r\n2\r\n=2\r\n0\r\n\r\n")]
    [InlineData("absolute", $"POST http://a{Path}?serviceName=odd&ip=1&port=3 HTTP/1.1\r\n{End}Content-Length: 0\r\n\r\n")]
    [InlineData("escaped", $"POST /nacos/v1/ns/%69nstance?serviceName=odd&ip=1&port=4 HTTP/1.1\r\n{End}Content-Length: 0\r\n\r\n")]
    [InlineData("1.0", $"POST {Path}?serviceName=odd&ip=1&port=5 HTTP/1.0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("form of another character set", $"POST {Path} HTTP/1.1\r\n{End}Content-Type: application/x-www-form-urlencoded; charset=gbk\r\nContent-Length: 25\r\n\r\nserviceName=odd&ip=1&port")]
    public async Task An_odd_form_of_a_request_is_the_same_request(string kind, string request)
    {
        string answer = await SendAsync(request);
        Assert.True(answer.EndsWith(kind.StartsWith("form", StringComparison.Ordinal) ? "Param 'port' is required." : "\r\n\r\nok", StringComparison.Ordinal), answer);
    }

    [Theory]
    [InlineData(400, $"POST {Path} HTTP/1.1\r\n{End}{Form}Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n")]
    [InlineData(400, $"POST {Path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData(400, $"GET {Path}/list?serviceName=s HTTP/1.1\r\n\r\n")]
    [InlineData(400, $"GET {Path}/list?serviceName=s HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData(400, "GET /nacos/v2/ns/instance/statuses/a%00b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(400, $"GET {Path}/list?serviceName=\u00E4 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(400, "G@T /health/live HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(404, "GET /nacos/v1/ns%2Finstance/list HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    [InlineData(404, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
    public async Task What_cannot_be_read_is_refused(int status, string request) => Assert.StartsWith($"HTTP/1.1 {status} ", await SendAsync(request), StringComparison.Ordinal);

    [Fact]
    public async Task Lengths_are_bounded()
    {
        Assert.StartsWith("HTTP/1.1 414 ", await SendAsync($"GET {Path}/list?serviceName={new string('a', HttpLimits.MaximumRequestLineBytes)} HTTP/1.1\r\n{End}\r\n"), StringComparison.Ordinal);
        string headers = string.Concat(Enumerable.Range(0, HttpLimits.MaximumHeaders + 1).Select(static i => $"X-{i}: v\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await SendAsync($"GET /health/live HTTP/1.1\r\n{End}{headers}\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_of_a_form_that_are_no_text_are_refused_where_a_name_must_be_and_harm_nobody_elsewhere()
    {
        byte[] body = [.. "serviceName=b"u8, 0xff, 0xfe, .. "&ip=1&port=1&metadata=k%3D"u8, 0xe4];
        string answer = await RawRequest.SendAsync(
            node.Http.Host.HttpAddress, [.. Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\n{End}{Form}Content-Length: {body.Length}\r\n\r\n"), .. body]);
        Assert.EndsWith("\r\n\r\nok", answer, StringComparison.Ordinal);
        (HttpStatusCode status, string list) = await node.CallAsync("GET /v1/ns/service/list?pageNo=1&pageSize=100");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("b\uFFFD\uFFFD", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_given_up()
    {
        string answer = await SendAsync($"POST {Path} HTTP/1.1\r\nHost: a\r\n{Form}Content-Length: 10000\r\n\r\nserviceName=s");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.EndsWith("the request body came slower than 240 bytes a second", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void The_listener_has_the_bounds_that_the_documents_promise()
    {
        KestrelServerLimits limits = node.Http.Host.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        Assert.Equal((30, 130), ((int)limits.RequestHeadersTimeout.TotalSeconds, (int)limits.KeepAliveTimeout.TotalSeconds));
        Assert.Equal((240, 240), ((int)limits.MinRequestBodyDataRate!.BytesPerSecond, (int)limits.MinResponseDataRate!.BytesPerSecond));
        Assert.Equal((5, 5), ((int)limits.MinRequestBodyDataRate.GracePeriod.TotalSeconds, (int)limits.MinResponseDataRate.GracePeriod.TotalSeconds));
        Assert.Equal((1_048_576, 8_192, 32_768, 100), ((int)limits.MaxRequestBodySize!, limits.MaxRequestLineSize, limits.MaxRequestHeadersTotalSize, limits.MaxRequestHeaderCount));
        Assert.NotNull(limits.MaxConcurrentConnections);
    }

    private Task<string> SendAsync(string request) => RawRequest.SendAsync(node.Http.Host.HttpAddress, request);
}
