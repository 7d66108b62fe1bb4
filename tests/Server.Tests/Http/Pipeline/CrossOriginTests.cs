using System.Net;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed class CrossOriginTests
{
    private const string Console = "https://console.example:8443";
    private const string List = $"{HttpNode.InstancePath}/list?serviceName=s";
    private const string Collect = "/fastregistry/v1/operator/collect";

    [Fact]
    public async Task Without_the_setting_no_page_reads_an_answer_and_a_preflight_is_refused()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Assert.Equal((HttpStatusCode.OK, null), await AskAsync(node, HttpMethod.Get, List, Console));
        Assert.Equal((HttpStatusCode.NotImplemented, null), await AskAsync(node, HttpMethod.Options, HttpNode.InstancePath, Console, "PUT"));
        Assert.Equal((HttpStatusCode.Forbidden, null), await AskAsync(node, HttpMethod.Post, Collect, Console));
    }

    [Theory]
    [InlineData("*", Console, true)]
    [InlineData("*", "http://other.example", true)]
    [InlineData($"http://a.example, {Console}", Console, true)]
    [InlineData($"http://a.example, {Console}", "https://console.example", false)]
    public async Task Pages_of_named_origins_may_call_everything_as_in_Nacos(string setting, string origin, bool allowed)
    {
        await using HttpNode node = await HttpNode.StartAsync($"--Http:AllowedOrigins={setting}");
        string? told = allowed ? origin : null;
        Assert.Equal((HttpStatusCode.OK, told), await AskAsync(node, HttpMethod.Get, List, origin));
        Assert.Equal((HttpStatusCode.NoContent, told), await AskAsync(node, HttpMethod.Options, HttpNode.InstancePath, origin, "PATCH"));
        Assert.Equal((allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, told), await AskAsync(node, HttpMethod.Post, Collect, origin));

        // A page must be able to read why it was refused.
        Assert.Equal((HttpStatusCode.BadRequest, told), await AskAsync(node, HttpMethod.Get, $"{HttpNode.InstancePath}/list", origin));
        Assert.Equal((HttpStatusCode.NotFound, told), await AskAsync(node, HttpMethod.Get, "/nothing", origin));
    }

    [Fact]
    public async Task A_preflight_is_remembered_as_long_as_with_Nacos_and_allows_what_was_asked()
    {
        await using HttpNode node = await HttpNode.StartAsync("--Http:AllowedOrigins=*");
        using HttpRequestMessage request = new(HttpMethod.Options, HttpNode.InstancePath);
        request.Headers.TryAddWithoutValidation("Origin", Console);
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "DELETE");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "accesstoken");
        using HttpResponseMessage response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(("DELETE", "accesstoken", "true", "18000"), (Told(response, "Methods"), Told(response, "Headers"), Told(response, "Credentials"), Told(response, "Max-Age")));
    }

    private static string? Told(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues($"Access-Control-Allow-{name}", out IEnumerable<string>? values) || response.Headers.TryGetValues($"Access-Control-{name}", out values)
            ? string.Join(", ", values)
            : null;

    private static async Task<(HttpStatusCode Status, string? Origin)> AskAsync(HttpNode node, HttpMethod method, string path, string origin, string? preflightFor = null)
    {
        using HttpRequestMessage request = new(method, path);
        request.Headers.TryAddWithoutValidation("Origin", origin);
        if (preflightFor is not null)
        {
            request.Headers.TryAddWithoutValidation("Access-Control-Request-Method", preflightFor);
        }

        using HttpResponseMessage response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, Told(response, "Origin"));
    }
}
