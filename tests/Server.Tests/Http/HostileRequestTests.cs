using System.Net;
using System.Text;

namespace FastRegistry.Server.Tests.Http;

public sealed class HostileRequestTests
{
    private static readonly string[] Names =
        ["serviceName", "groupName", "namespaceId", "ip", "port", "weight", "metadata", "clusterName", "cluster", "clusters", "enabled", "healthy", "ephemeral", "healthyOnly"];

    private static readonly string[] Values =
    [
        "", " ", "s", "g@@s", "@@", "@@@@", "a@@b@@c", "@", "1.1.1.1", "80", "-1", "65536", "999999999999999999999", "1e308", "NaN", "Infinity", "-0", "true", "false", "null",
        "\u4E2D\u6587", "\u0000", "a\u0000b", "\u202E", "\uFFFF", "{}", "{", "{\"a\":1}", "{\"a\":{}}", "{\"a\":null}", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":\"a\"}", "{\"a\":1,\"a\":2}",
        "[1]", "a=b", "a=b,c", "=", ",", "a=b,a=c", "=b", "%", "%zz", "%00", "%ED%A0%80", "../..", "<script>", "'; drop", new('x', 600), new('m', 5000),
    ];

    private static readonly string[] ContentTypes =
    [
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=nonsense",
        "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\"\"", "application/json", "text/plain",
    ];

    [Fact]
    public async Task Two_thousand_hostile_requests_never_fail_the_node()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        Random random = new(20260101);
        HttpMethod[] methods = [HttpMethod.Post, HttpMethod.Delete, HttpMethod.Get, HttpMethod.Put];
        for (int i = 0; i < 2000; i++)
        {
            HttpMethod method = methods[random.Next(methods.Length)];
            string path = method == HttpMethod.Get ? $"{HttpNode.InstancePath}/list" : HttpNode.InstancePath;
            string query = Pairs(random, raw: random.Next(3) == 0);
            using HttpContent? content = random.Next(3) == 0 ? Body(random) : null;
            (HttpStatusCode status, string text) = await node.SendAsync(method, $"{path}?{query}", content);

            bool documented = (int)status < 500 || (status == HttpStatusCode.NotImplemented && (text.StartsWith("Param 'ephemeral'", StringComparison.Ordinal) || text.Contains("no such api:", StringComparison.Ordinal)));
            Assert.True(documented, $"request {i}: {method} {query} {content?.Headers.ContentType}: {(int)status} {text}");
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await node.SendAsync(HttpMethod.Get, "/health/ready")).Status);
    }

    [Theory]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":\"a\"}")]
    [InlineData("{\"a\":")]
    public async Task Broken_text_in_metadata_is_400(string metadata)
    {
        await using HttpNode node = await HttpNode.StartAsync();
        string query = $"serviceName=s&ip=1&port=1&metadata={Uri.EscapeDataString(metadata)}";
        (HttpStatusCode status, string text) = await node.SendAsync(HttpMethod.Post, $"{HttpNode.InstancePath}?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("metadata format incorrect", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_breaks_off_is_400_and_one_that_is_too_large_413()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        using StringContent broken = new("--x\r\nContent-Disposition: form-data; name=\"ip\"\r\n\r\n1");
        broken.Headers.Remove("Content-Type");
        broken.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        Assert.Equal(HttpStatusCode.BadRequest, (await node.SendAsync(HttpMethod.Post, HttpNode.InstancePath, broken)).Status);

        using StringContent large = new($"serviceName={new string('s', 2_000_000)}", Encoding.UTF8, "application/x-www-form-urlencoded");
        using HttpRequestMessage request = new(HttpMethod.Post, HttpNode.InstancePath) { Content = large };

        // The server answers by the announced length and closes: a client that is still sending might see the close instead of the answer.
        request.Headers.ExpectContinue = true;
        using HttpResponseMessage response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    private static string Pairs(Random random, bool raw)
    {
        IEnumerable<string> pairs = random.Next(2) == 0 ? ["serviceName=s", "ip=1.1.1.1", "port=80"] : [];
        pairs = pairs.Concat(Enumerable.Range(0, random.Next(6)).Select(_ =>
        {
            string value = Values[random.Next(Values.Length)];
            return $"{Names[random.Next(Names.Length)]}={(raw && value.All(char.IsAsciiLetterOrDigit) ? value : Uri.EscapeDataString(value))}";
        }));
        string[] shuffled = [.. pairs.OrderBy(_ => random.Next())];
        return raw ? $"{string.Join('&', shuffled)}&&=&x&%zz=%" : string.Join('&', shuffled);
    }

    private static ByteArrayContent Body(Random random)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Pairs(random, raw: random.Next(2) == 0));
        if (random.Next(4) == 0)
        {
            random.NextBytes(bytes);
        }

        ByteArrayContent content = new(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", ContentTypes[random.Next(ContentTypes.Length)]);
        return content;
    }
}
