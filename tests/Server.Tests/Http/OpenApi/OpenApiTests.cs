using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.OpenApi;

public sealed partial class OpenApiTests(SharedNode node) : IClassFixture<SharedNode>
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];
    private static readonly string[] Types = ["string", "integer", "number", "boolean", "object", "array"];

    [Fact]
    public async Task The_document_has_the_structure_of_OpenAPI_3()
    {
        (HttpStatusCode status, string text) = await node.Http.SendAsync(HttpMethod.Get, "/openapi/v1.json");
        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement root = JsonDocument.Parse(text).RootElement;
        Assert.Equal("3.0.3", root.GetProperty("openapi").GetString());
        Assert.False(string.IsNullOrEmpty(root.GetProperty("info").GetProperty("title").GetString()));
        Assert.False(string.IsNullOrEmpty(root.GetProperty("info").GetProperty("version").GetString()));
        HashSet<string> ids = [];
        HashSet<string> paths = [];
        foreach (JsonProperty path in root.GetProperty("paths").EnumerateObject())
        {
            Assert.StartsWith("/", path.Name, StringComparison.Ordinal);
            Assert.True(paths.Add(path.Name), $"{path.Name} is there twice");
            HashSet<string> methods = [];
            foreach (JsonProperty method in path.Value.EnumerateObject())
            {
                Assert.Contains(method.Name, Methods);
                Assert.True(methods.Add(method.Name), $"{method.Name} {path.Name} is there twice");
                CheckOperation(path.Name, method.Value);
                Assert.True(ids.Add(method.Value.GetProperty("operationId").GetString()!), $"{method.Name} {path.Name} has an id another one has");
            }
        }
    }

    [Fact]
    public async Task Every_described_endpoint_is_in_it()
    {
        JsonElement paths = JsonDocument.Parse((await node.Http.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Text).RootElement.GetProperty("paths");
        Assert.True(node.Http.Host.Api.Endpoints.Count > 100);
        foreach (EndpointDescription endpoint in node.Http.Host.Api.Endpoints)
        {
            string path = $"{(endpoint.IsOutsideContextPath ? "" : "/nacos")}{endpoint.Path}";
            JsonElement operation = paths.GetProperty(path).GetProperty(endpoint.Method.ToLowerInvariant());
            Assert.Equal(endpoint.Summary, operation.GetProperty("summary").GetString());
            Assert.False(string.IsNullOrEmpty(endpoint.Summary), path);
            Assert.True(operation.GetProperty("responses").TryGetProperty(endpoint.State == EndpointState.NotImplemented ? "501" : "200", out _), path);
        }
    }

    private static void CheckOperation(string path, JsonElement operation)
    {
        HashSet<string> inPath = [.. PathParameters().Matches(path).Select(static match => match.Groups[1].Value)];
        HashSet<string> names = [];
        foreach (JsonElement parameter in operation.GetProperty("parameters").EnumerateArray())
        {
            string name = parameter.GetProperty("name").GetString()!;
            string place = parameter.GetProperty("in").GetString()!;
            Assert.True(names.Add($"{place}/{name}"), $"{path}: {name} is there twice");
            Assert.Contains(place, new[] { "query", "path" });
            Assert.Equal(place == "path", inPath.Remove(name));
            Assert.True(place == "query" || parameter.GetProperty("required").GetBoolean());
            CheckSchema(parameter.GetProperty("schema"));
        }

        Assert.Empty(inPath);
        JsonElement responses = operation.GetProperty("responses");
        Assert.NotEmpty(responses.EnumerateObject());
        foreach (JsonProperty response in responses.EnumerateObject())
        {
            Assert.Matches("^[1-5][0-9][0-9]$", response.Name);
            Assert.False(string.IsNullOrEmpty(response.Value.GetProperty("description").GetString()));
            if (response.Value.TryGetProperty("content", out JsonElement content))
            {
                CheckSchema(Assert.Single(content.EnumerateObject()).Value.GetProperty("schema"));
            }
        }
    }

    private static void CheckSchema(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
        {
            // A value whose example is null, or an array without one.
            return;
        }

        Assert.Contains(type.GetString(), Types);
        if (type.GetString() == "array")
        {
            CheckSchema(schema.GetProperty("items"));
        }

        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                CheckSchema(property.Value);
            }
        }
    }

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex PathParameters();
}
