using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>Every endpoint of the route table: how it is refused before it is run.</summary>
public sealed class EndpointAdmissionAuditTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];

    private AuditNode Node => fixture.Node;

    [Fact]
    public async Task A_method_that_a_path_does_not_have_is_told_in_a_document_with_those_it_has()
    {
        ILookup<string, string> mapped = (
            from endpoint in Node.Endpoints
            from path in (IEnumerable<string>)[endpoint.Path, .. endpoint.OtherPaths]
            from method in (IEnumerable<string>)[endpoint.Method, .. endpoint.OtherMethods]
            select (path, method)).ToLookup(static pair => pair.path, static pair => pair.method);
        await EachAsync(async (endpoint, found, path) =>
        {
            bool isNaming = endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal);
            foreach (string method in Methods.Where(method => !mapped[endpoint.Path].Contains(method)))
            {
                AuditAnswer actual = await Node.SendAsync(method, path);
                string body = isNaming
                    ? ErrorForm.Document(501, "Not Implemented", $"no such api:{method}:{path}", path)
                    : ErrorForm.Document(405, "Method Not Allowed", $"Request method '{method}' not supported", path);
                Check(new AuditAnswer(isNaming ? 501 : 405, body, ErrorForm.JsonType, actual.Allow, SaysWhenToRetry: false), actual, $"{method} {path}");
                string[] allowed = isNaming ? [] : [.. mapped[endpoint.Path].Order()];
                Assert.Equal(allowed, (actual.Allow ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Where(static name => name != "HEAD").Order());
            }
        });
    }

    [Fact]
    public async Task HEAD_is_GET_without_a_body_and_OPTIONS_tells_the_methods_outside_v1_naming() => await EachAsync(async (endpoint, found, path) =>
    {
        bool isNaming = endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal);
        AuditAnswer options = await Node.SendAsync("OPTIONS", path);
        Assert.Equal((isNaming ? 501 : 200, isNaming), (options.Status, options.Allow is null));
        if (endpoint.Method == "GET")
        {
            await Node.SetUpAsync(found.Setup);
            AuditAnswer head = await Node.SendAsync("HEAD", $"{path}?{found.Query}");
            Assert.Equal((endpoint.IsForOperators ? 405 : isNaming ? 501 : found.Status, ""), (head.Status, head.Body));
        }
    });

    [Fact]
    public async Task A_body_that_is_too_long_is_413_and_a_form_of_too_many_fields_400() => await EachAsync(async (endpoint, found, path) =>
    {
        // The answer is there before the body is asked for.
        using StringContent large = AuditNode.FormOf($"serviceName={new string('s', 2_000_000)}");
        AuditAnswer tooLong = await Node.SendAsync(endpoint.Method, path, large, "Expect: 100-continue");
        Check(Error(endpoint, 413, ResultCode.ParameterValidateError, "the request body is longer than 1048576 bytes"), tooLong, $"{endpoint.Method} {path}");

        using StringContent many = AuditNode.FormOf(string.Concat(Enumerable.Repeat("a=1&", 1024)));
        AuditAnswer tooMany = await Node.SendAsync(endpoint.Method, path, many);
        Check(Error(endpoint, 400, ResultCode.ParameterValidateError, "the form has more than 1024 fields"), tooMany, $"{endpoint.Method} {path}");
    });

    [Fact]
    public async Task Operator_calls_are_403_from_another_machine_and_from_web_pages_and_the_others_are_not() => await EachAsync(async (endpoint, found, path) =>
    {
        const string Page = "operator calls are not taken from web pages, but for those of an origin in Http:AllowedOrigins";
        string call = $"{path}?{found.Query}";
        (string Header, string Text)[] callers =
        [
            (AuditNode.Remote("10.0.0.1"), "operator calls are taken from this machine only (Operator:Remote is false)"),
            ("Origin: http://elsewhere.example", Page),
            ("Sec-Fetch-Site: cross-site", Page),
        ];
        foreach ((string header, string text) in callers)
        {
            using HttpContent? content = found.Json is { } json ? AuditNode.JsonOf(json) : null;
            AuditAnswer actual = await Node.SendAsync(endpoint.Method, call, content, header);
            if (endpoint.IsForOperators)
            {
                Check(Error(endpoint, 403, ResultCode.AccessDenied, text), actual, $"{endpoint.Method} {call} ({header})");
            }
            else
            {
                // But for counting pushes anew.
                Assert.True(actual.Status != 403 || found.Query.Contains("reset=true", StringComparison.Ordinal), $"{endpoint.Method} {call} ({header}): {actual}");
            }
        }
    });

    [Fact]
    public async Task A_limited_URL_is_its_status_and_nothing_else_and_operators_are_never_limited()
    {
        await using AuditNode node = await AuditNode.StartAsync();
        await EachAsync(node, async (endpoint, found, path) =>
        {
            node.Host.Node.Switch("limitedUrlMap", $"{Uri.UnescapeDataString(path)}:403");
            AuditAnswer actual = await node.SendAsync(endpoint.Method, $"{path}?a=b");
            if (endpoint.IsForOperators)
            {
                Assert.NotEqual(403, actual.Status);
            }
            else
            {
                Check(new AuditAnswer(403, "", ContentType: null, Allow: null, SaysWhenToRetry: false), actual, $"{endpoint.Method} {path}");
            }
        });
    }

    [Theory]
    [InlineData("DOWN")]
    [InlineData("READ_ONLY")]
    [InlineData("WRITE_ONLY")]
    public async Task A_status_refuses_naming_calls_of_v1_by_their_kind_and_nothing_else(string status)
    {
        await using AuditNode node = await AuditNode.StartAsync();
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(node).Where(static pair => pair.Case.Status == 200))
        {
            node.Host.Node.Switch("overriddenServerStatus", "null");
            await node.SetUpAsync(found.Setup);
            node.Host.Node.Switch("overriddenServerStatus", status);
            string path = AuditTable.PathsOf(node, endpoint, found).First();
            using HttpContent? content = found.Json is { } json ? AuditNode.JsonOf(json) : null;
            AuditAnswer actual = await node.SendAsync(endpoint.Method, $"{path}?{found.Query}", content);
            if (IsRefused(endpoint, status))
            {
                string text = status == "DOWN" ? "server is DOWNnow, please try again later!" : $"server is {status}now, detailed error message: {endpoint.Operation!.Name} is refused";
                Check(new AuditAnswer(503, text, ErrorForm.TextType, Allow: null, SaysWhenToRetry: false), actual, $"{endpoint.Method} {path}");
            }
            else
            {
                Assert.True(actual.Status == 200 || endpoint.Path.EndsWith("/health/ready", StringComparison.Ordinal) || endpoint.Path == "/v1/console/health/readiness", $"{path}: {actual}");
            }
        }
    }

    [Fact]
    public async Task A_control_point_at_its_maximum_refuses_with_503_and_says_when_to_come_back()
    {
        await using AuditNode node = await AuditNode.StartAsync();
        await EachAsync(node, async (endpoint, found, path) =>
        {
            if (endpoint.Operation is not { } operation || operation == NamingOperation.HttpBeat)
            {
                return;
            }

            node.Host.Node.Limit(operation.Point, 0);
            AuditAnswer actual = await node.SendAsync(endpoint.Method, $"{path}?{found.Query}");
            Check(
                new AuditAnswer(503, $"RateLimits:{operation.Point} allows 0 calls per second on this node", ErrorForm.TextType, Allow: null, SaysWhenToRetry: true),
                actual,
                $"{endpoint.Method} {path}");
        });
    }

    /// <summary>Whether it changes something is told by its method alone; beats are let in.</summary>
    private static bool IsRefused(EndpointDescription endpoint, string status)
    {
        bool isNaming = endpoint.Path.StartsWith("/v1/ns/", StringComparison.Ordinal) || endpoint.Path.StartsWith("/prometheus", StringComparison.Ordinal);
        if (!isNaming || endpoint.Operation is null || endpoint.Path.EndsWith("/beat", StringComparison.Ordinal))
        {
            return false;
        }

        return status switch { "READ_ONLY" => endpoint.Method != "GET", "WRITE_ONLY" => endpoint.Method == "GET", _ => true };
    }

    private static AuditAnswer Error(EndpointDescription endpoint, int status, ResultCode code, string text)
    {
        (string body, string type) = ErrorForm.Of(endpoint, status, code, text);
        return new AuditAnswer(status, body, type, Allow: null, SaysWhenToRetry: false);
    }

    private static void Check(AuditAnswer expected, AuditAnswer actual, string call) => Assert.True(expected == actual, $"{call}\n  expected {expected}\n  actual   {actual}");

    private Task EachAsync(Func<EndpointDescription, EndpointCase, string, Task> check) => EachAsync(Node, check);

    /// <summary>Checks every endpoint on its first path.</summary>
    private static async Task EachAsync(AuditNode node, Func<EndpointDescription, EndpointCase, string, Task> check)
    {
        int count = 0;
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(node))
        {
            count++;
            await check(endpoint, found, AuditTable.PathsOf(node, endpoint, found).First());
        }

        Assert.True(count > 100, "the table is that of the whole server");
    }
}
