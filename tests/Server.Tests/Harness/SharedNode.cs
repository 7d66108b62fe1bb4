using System.Net;
using FastRegistry.Node.Hosting;

namespace FastRegistry.Server.Tests.Harness;

/// <summary>One server for all tests of a class: they keep to services and names of their own.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    internal HttpNode Http { get; private set; } = null!;

    internal RegistryNode Node => Http.Host.Node;

    public async ValueTask InitializeAsync() => Http = await HttpNode.StartAsync("--Deadlines:WarmUp=0");

    public ValueTask DisposeAsync() => Http.DisposeAsync();

    /// <summary>A call below the context path, as <c>METHOD /path?query</c>.</summary>
    internal Task<(HttpStatusCode Status, string Text)> CallAsync(string call, HttpContent? content = null)
    {
        string[] parts = call.Split(' ', 2);
        return Http.SendAsync(new HttpMethod(parts[0]), $"/nacos{parts[1]}", content);
    }

    /// <summary>A call that must be answered exactly so.</summary>
    internal async Task AnswersAsync(string call, string text, HttpStatusCode status = HttpStatusCode.OK) => Assert.Equal((status, text), await CallAsync(call));

    /// <summary>A call with a JSON body that must be answered exactly so.</summary>
    internal async Task AnswersJsonAsync(string call, string json, string text, HttpStatusCode status = HttpStatusCode.OK)
    {
        using StringContent content = new(json, System.Text.Encoding.UTF8, "application/json");
        Assert.Equal((status, text), await CallAsync(call, content));
    }

    /// <summary>A result of v2 that failed.</summary>
    internal static string Failure(int code, string message, string data) => $$"""{"code":{{code}},"message":"{{message}}","data":"{{data.Replace("\"", "\\\"", StringComparison.Ordinal)}}"}""";
}
