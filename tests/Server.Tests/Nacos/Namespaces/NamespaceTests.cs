using System.Net;
using System.Text.Json;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Nacos.Namespaces;

public sealed class NamespaceTests : IAsyncLifetime
{
    private const string Public = """{"namespace":"","namespaceShowName":"public","namespaceDesc":"Default Namespace","quota":200,"configCount":0,"type":0}""";
    private const string V1 = "/v1/console/namespaces";
    private const string V2 = "/v2/console/namespace";
    private const string Done = """{"code":0,"message":"success","data":true}""";

    private readonly SharedNode _node = new();

    public ValueTask InitializeAsync() => _node.InitializeAsync();

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task A_namespace_of_v1_is_made_shown_renamed_and_deleted()
    {
        await _node.AnswersAsync($"GET {V1}", Rest($"[{Public}]"));
        await _node.AnswersAsync($"POST {V1}?customNamespaceId=blue&namespaceName=Blue&namespaceDesc=for%20tests", "true");
        await _node.AnswersAsync($"POST {V1}?customNamespaceId=blue&namespaceName=Blue", "false");
        await _node.AnswersAsync($"GET {V1}", Rest($"[{Public},{Custom("blue", "Blue", "\"for tests\"")}]"));
        await _node.AnswersAsync($"GET {V1}?checkNamespaceIdExist=true&customNamespaceId=blue", "true");
        await _node.AnswersAsync($"GET {V1}?checkNamespaceIdExist=true&customNamespaceId=red", "false");
        await _node.AnswersAsync($"GET {V1}?checkNamespaceIdExist=true&customNamespaceId=", "false");
        await _node.AnswersAsync($"PUT {V1}?namespace=blue&namespaceShowName=Navy", "true");
        await _node.AnswersAsync($"PUT {V1}?namespace=red&namespaceShowName=Red", "false");
        await _node.AnswersAsync($"PUT {V1}?namespace=&namespaceShowName=Private", "false");
        await _node.AnswersAsync($"GET {V1}?show=all&namespaceId=blue", Custom("blue", "Navy", "null"));
        await _node.AnswersAsync($"GET {V1}?show=all&namespaceId=", Public);
        await _node.AnswersAsync($"DELETE {V1}?namespaceId=blue", "true");
        await _node.AnswersAsync($"DELETE {V1}?namespaceId=blue", "true");
        await _node.AnswersAsync($"DELETE {V1}?namespaceId=", "false");
        await _node.AnswersAsync($"GET {V1}?show=all&namespaceId=blue", "caused: namespaceId [ blue ] not exist;", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_namespace_of_v2_is_made_shown_renamed_and_deleted()
    {
        await _node.AnswersAsync($"POST {V2}?namespaceId=blue&namespaceName=Blue", Done);
        await _node.AnswersAsync($"GET {V2}/list", Result($"[{Public},{Custom("blue", "Blue", "null")}]"));
        await _node.AnswersAsync($"PUT {V2}?namespaceId=blue&namespaceName=Navy&namespaceDesc=d", Done);
        await _node.AnswersAsync($"GET {V2}?namespaceId=blue", Result(Custom("blue", "Navy", "\"d\"")));
        await _node.AnswersAsync($"GET {V2}?namespaceId=", Result(Public));
        await _node.AnswersAsync($"DELETE {V2}?namespaceId=blue", Done);
        await _node.AnswersAsync($"DELETE {V2}?namespaceId=blue", Done);
        await _node.AnswersAsync($"GET {V2}/list", Result($"[{Public}]"));
    }

    [Fact]
    public async Task An_empty_id_is_made_by_the_node()
    {
        await _node.AnswersAsync($"POST {V1}?customNamespaceId=&namespaceName=One", "true");
        await _node.AnswersAsync($"POST {V2}?namespaceId=&namespaceName=Two", Done);
        (_, string text) = await _node.CallAsync($"GET {V2}/list");
        JsonElement[] all = [.. JsonDocument.Parse(text).RootElement.GetProperty("data").EnumerateArray()];
        Assert.Equal(["public", "One", "Two"], all.Select(static one => one.GetProperty("namespaceShowName").GetString()));
        Assert.All(all.Skip(1), static one => Assert.True(Guid.TryParse(one.GetProperty("namespace").GetString(), out _)));
    }

    [Theory]
    [InlineData("POST", "namespaceName=n", 400, "caused: Parameter 'customNamespaceId' is missing;")]
    [InlineData("POST", "customNamespaceId=i", 400, "caused: Parameter 'namespaceName' is missing;")]
    [InlineData("POST", "customNamespaceId=public&namespaceName=n", 200, "false")]
    [InlineData("POST", "customNamespaceId=i&namespaceName=a%23b", 400, "Param 'namespaceShowName' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("POST", "customNamespaceId=a.b&namespaceName=n", 400, "Param 'namespaceId/tenant' is illegal, illegal characters should not appear in the param.\r\n")]
    [InlineData("PUT", "namespaceShowName=n", 400, "caused: Parameter 'namespace' is missing;")]
    [InlineData("PUT", "namespace=i", 400, "caused: Parameter 'namespaceShowName' is missing;")]
    [InlineData("PUT", "namespace=i&namespaceShowName=a%23b", 200, "false")]
    [InlineData("DELETE", "", 400, "caused: Parameter 'namespaceId' is missing;")]
    [InlineData("GET", "show=all", 400, "caused: Parameter 'namespaceId' is missing;")]
    public async Task A_wrong_call_of_v1(string method, string query, int status, string text) => await _node.AnswersAsync($"{method} {V1}?{query}", text, (HttpStatusCode)status);

    [Theory]
    [InlineData("POST", "namespaceName=n", 400, 10000, "parameter missing", "required parameter 'namespaceId' is missing")]
    [InlineData("POST", "namespaceId=i", 400, 10000, "parameter missing", "required parameter 'namespaceName' is missing")]
    [InlineData("POST", "namespaceId=public&namespaceName=n", 400, 22000, "illegal namespace", "the namespaceId is existed, namespaceId: public")]
    [InlineData("PUT", "namespaceId=&namespaceName=n", 400, 22000, "illegal namespace", "the public namespace cannot be changed or deleted")]
    [InlineData("PUT", "namespaceId=red&namespaceName=n", 404, 22001, "namespace not exist", "namespaceId [ red ] not exist")]
    [InlineData("GET", "namespaceId=public", 404, 22001, "namespace not exist", "namespaceId [ public ] not exist")]
    [InlineData("GET", "", 400, 10000, "parameter missing", "required parameter 'namespaceId' is missing")]
    [InlineData("DELETE", "", 400, 10000, "parameter missing", "required parameter 'namespaceId' is missing")]
    [InlineData("DELETE", "namespaceId=", 400, 22000, "illegal namespace", "the public namespace cannot be changed or deleted")]
    public async Task A_wrong_call_of_v2(string method, string query, int status, int code, string message, string data) =>
        await _node.AnswersAsync($"{method} {V2}?{query}", SharedNode.Failure(code, message, data), (HttpStatusCode)status);

    [Fact]
    public async Task A_text_that_is_too_long_is_400() => await _node.AnswersAsync(
        $"POST {V1}?customNamespaceId=i&namespaceName=n&namespaceDesc={new string('x', 257)}",
        "caused: Param 'namespaceDesc' is illegal, it must not be longer than 256 characters.;",
        HttpStatusCode.BadRequest);

    private static string Rest(string data) => $$"""{"code":200,"message":null,"data":{{data}}}""";

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private static string Custom(string id, string name, string description) =>
        $$"""{"namespace":"{{id}}","namespaceShowName":"{{name}}","namespaceDesc":{{description}},"quota":200,"configCount":0,"type":2}""";
}
