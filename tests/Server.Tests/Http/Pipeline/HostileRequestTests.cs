using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.Pipeline;

public sealed partial class HostileRequestTests
{
    private const string CountVariable = "FASTREGISTRY_HOSTILE_REQUESTS";
    private const string SeedVariable = "FASTREGISTRY_HOSTILE_SEED";
    private const int DefaultCount = 4_000;
    private const int DefaultSeed = 20260101;
    private const int LargeBytes = 1_000_000;
    private const int Workers = 4;

    private static readonly string[] OtherNames =
        ["enable", "cluster", "valid", "accessToken", "encoding", "checkPort", "namespaceName", "\u540D", "", "serviceName ", "SERVICENAME"];

    // It stops the node for moments, and each time for longer than a hundred other calls take.
    private const string Collect = "/operator/collect";

    private static readonly string[] Values =
    [
        "", " ", "s", "g@@s", "@@", "@@@@", "a@@b@@c", "@", "1.1.1.1", "80", "-1", "65536", "999999999999999999999", "1e308", "NaN", "Infinity", "-0", "true", "false", "null",
        "\u4E2D\u6587", "\u0000", "a\u0000b", "\u202E", "\uFFFF", "{}", "{", "{\"a\":1}", "{\"a\":{}}", "{\"a\":null}", "{\"a\":\"\\ud800\"}", "{\"\\ud800\":\"a\"}", "{\"a\":1,\"a\":2}",
        "[1]", "a=b", "a=b,c", "=", ",", "a=b,a=c", "=b", "%", "%zz", "%00", "%ED%A0%80", "../..", "{\"ip\":\"1.1.1.1\",\"port\":80}", "{\"ip\":\"2.2.2.2\",\"port\":\"x\"}", "{\"ip\":1,\"port\":1e99,\"metadata\":[]}", "[{\"ip\":\"1.1.1.1\",\"port\":80}]",
        "[{\"ip\":null,\"port\":-1}]", "[[[[", "preserved.heart.beat.interval=99999999999999999999", "preserved.instance.id.generator=snowflake", "<script>", "'; drop", new('x', 600), new('m', 5000),
    ];

    private static readonly string[] NotImplementedTexts =
    [
        "persistent instances", "no such api:", "there is no authentication in this version", "there is no actuator", "this version is one node", "this version has no",
    ];

    private static readonly string[] ContentTypes =
    [
        "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=nonsense",
        "multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\"\"", "application/json", "text/plain",
    ];

    /// <summary>Every endpoint of the route table. A small form of it; environment variables make it as long as one likes, and begin with another seed.</summary>
    [Fact]
    public async Task Hostile_requests_never_fail_the_node_nor_fill_it()
    {
        int count = NumberOf(CountVariable, DefaultCount);
        int seed = NumberOf(SeedVariable, DefaultSeed);
        await using HttpNode node = await HttpNode.StartAsync("--Deadlines:WarmUp=0");
        (string Method, string Path)[] calls = [.. CallsOf(node)];
        string[] names = [.. node.Host.Api.Endpoints.SelectMany(static endpoint => endpoint.Parameters).Select(static parameter => parameter.Name).Concat(OtherNames).Distinct()];
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => SendManyAsync(node, calls, names, new Random(seed + worker), count / Workers))));

        Assert.Equal(HttpStatusCode.OK, (await node.SendAsync(HttpMethod.Get, "/health/ready")).Status);

        // Names come from a short list: whatever order they come in, only so many services can be made of them.
        Assert.InRange(node.Host.Node.Registry.ServiceCount, 0, Values.Length * Values.Length);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 200L * 1024 * 1024);
    }

    [Fact]
    public async Task Asking_for_services_that_are_not_there_makes_none()
    {
        await using HttpNode node = await HttpNode.StartAsync();
        for (int i = 0; i < 100; i++)
        {
            await node.ListAsync($"serviceName=none{i}");
            await node.SendAsync(HttpMethod.Get, $"{HttpNode.InstancePath}?serviceName=none{i}&ip=1&port=1");
            await node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}/beat?serviceName=none{i}&ip=1&port=1");
            await node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}?serviceName=none{i}&ip=1&port=1");
            await node.SendAsync(HttpMethod.Put, $"{HttpNode.InstancePath}/metadata/batch?serviceName=none{i}&metadata=a%3D1");
            await node.SendAsync(HttpMethod.Delete, $"{HttpNode.InstancePath}?serviceName=none{i}&ip=1&port=1");
        }

        Assert.Equal(0, node.Host.Node.Registry.ServiceCount);
    }

    private static int NumberOf(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int asked) ? asked : otherwise;

    private static IEnumerable<(string Method, string Path)> CallsOf(HttpNode node) =>
        from endpoint in node.Host.Api.Endpoints
        where !endpoint.Path.EndsWith(Collect, StringComparison.Ordinal)
        from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths, $"{endpoint.Path}/nothing"]
        from method in (IEnumerable<string>)[endpoint.Method, .. endpoint.OtherMethods, "GET", "HEAD", "OPTIONS", "ODD"]
        select (method, node.Host.Api.PathOf(endpoint, path));

    private static async Task SendManyAsync(HttpNode node, (string Method, string Path)[] calls, string[] names, Random random, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (string method, string template) = calls[random.Next(calls.Length)];
            string path = PathParameter().Replace(template, _ => Uri.EscapeDataString(Values[random.Next(Values.Length)]));
            string query = Pairs(random, names, raw: random.Next(3) == 0);
            using HttpRequestMessage request = new(new HttpMethod(method), $"{path}?{query}") { Content = random.Next(3) == 0 && method != "HEAD" ? Body(random, names) : null };
            if (random.Next(2) == 0)
            {
                request.Headers.TryAddWithoutValidation("User-Agent", "Nacos-Java-Client:v1.4.6");
            }

            using HttpResponseMessage response = await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
            string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            int status = (int)response.StatusCode;
            Assert.True(status < 500 || IsNamed(status, method, text), $"{method} {path}?{query} {request.Content?.Headers.ContentType}: {status} {text}");
            Assert.False(text.Contains("   at ", StringComparison.Ordinal) || text.Contains("Exception", StringComparison.Ordinal), $"{method} {path}?{query}: {text}");
        }
    }

    /// <summary>A 5xx that the specification names: what this version does not have says so.</summary>
    private static bool IsNamed(int status, string method, string text) => status == 501
        && (method == "HEAD" || Array.Exists(NotImplementedTexts, named => text.Contains(named, StringComparison.Ordinal)));

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

    private static string Pairs(Random random, string[] names, bool raw)
    {
        IEnumerable<string> pairs = random.Next(2) == 0 ? ["serviceName=s", "ip=1.1.1.1", "port=80"] : [];
        pairs = pairs.Concat(Enumerable.Range(0, random.Next(6)).Select(_ =>
        {
            string value = Values[random.Next(Values.Length)];
            return $"{Uri.EscapeDataString(names[random.Next(names.Length)])}={(raw && value.All(char.IsAsciiLetterOrDigit) ? value : Uri.EscapeDataString(value))}";
        }));
        string[] shuffled = [.. pairs.OrderBy(_ => random.Next())];
        return raw ? $"{string.Join('&', shuffled)}&&=&x&%zz=%" : string.Join('&', shuffled);
    }

    private static ByteArrayContent Body(Random random, string[] names)
    {
        string text = random.Next(4) == 0 ? Values[random.Next(Values.Length)] : Pairs(random, names, raw: random.Next(2) == 0);
        if (random.Next(100) == 0)
        {
            text = string.Concat(Enumerable.Repeat(text.Length > 0 ? $"{text}&" : "&", LargeBytes / (text.Length + 1)));
        }

        // What is longer than the listener takes is refused before it is read: a client may see the close instead of the answer.
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        bytes = bytes[..Math.Min(bytes.Length, LargeBytes)];
        if (random.Next(4) == 0)
        {
            random.NextBytes(bytes);
        }

        ByteArrayContent content = new(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", ContentTypes[random.Next(ContentTypes.Length)]);
        return content;
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex PathParameter();
}
