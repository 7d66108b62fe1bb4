using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using FastRegistry.Node.Configuration;
using FastRegistry.Server.Hosting;
using FastRegistry.Server.Http.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>A server whose requests may seem to come from another machine.</summary>
internal sealed partial class AuditNode : IAsyncDisposable
{
    private const string RemoteHeader = "X-Test-Remote";

    private readonly HttpClient _client;

    private AuditNode(ServerHost host)
    {
        Host = host;
        _client = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromSeconds(30) }) { BaseAddress = host.HttpAddress };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Nacos-Java-Client:v1.4.6");
    }

    public ServerHost Host { get; }

    public IReadOnlyList<EndpointDescription> Endpoints => Host.Api.Endpoints;

    public static async Task<AuditNode> StartAsync(params string[] args)
    {
        ServerHost host = ServerHost.Create(
            ["--Http:Port=0", "--ClientTransport:Port=0", "--Logging:LogLevel:Default=None", "--Deadlines:WarmUp=0", .. args],
            static services => services.AddTransient<IStartupFilter, FromElsewhere>());
        await host.StartAsync();
        return new AuditNode(host);
    }

    /// <summary>Sends a request; headers are <c>name: value</c>.</summary>
    public async Task<AuditAnswer> SendAsync(string method, string pathAndQuery, HttpContent? content = null, params string[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), pathAndQuery) { Content = content };
        foreach (string header in headers)
        {
            string[] parts = header.Split(": ", 2);
            request.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        using HttpResponseMessage response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        string? allow = response.Content.Headers.TryGetValues("Allow", out IEnumerable<string>? methods) ? string.Join(", ", methods) : null;
        return new AuditAnswer((int)response.StatusCode, Scrub(text), response.Content.Headers.ContentType?.ToString(), allow, response.Headers.RetryAfter is not null);
    }

    /// <summary>Calls as <c>METHOD /path?query</c>, which must all succeed but those that begin with <c>DELETE-IF</c>.</summary>
    public async Task SetUpAsync(IEnumerable<string> calls)
    {
        foreach (string call in calls)
        {
            string[] parts = call.Split(' ', 2);
            AuditAnswer answer = await SendAsync(parts[0].Replace("-IF", "", StringComparison.Ordinal), $"/nacos{parts[1]}");
            Assert.True(answer.Status == 200 || parts[0] == "DELETE-IF", $"{call}: {answer}");
        }
    }

    public static string Remote(string address) => $"{RemoteHeader}: {address}";

    public static StringContent JsonOf(string json) => new(json, Encoding.UTF8, "application/json");

    public static StringContent FormOf(string query) => new(query, Encoding.UTF8, "application/x-www-form-urlencoded");

    /// <summary>Leaves out what differs from run to run: times, loads, and this node's port and version.</summary>
    private string Scrub(string text)
    {
        text = text.Replace(Host.HttpAddress.Authority, "ADDRESS", StringComparison.Ordinal)
            .Replace($"\"version\":\"{ProductVersion.Text}\"", "\"version\":\"VERSION\"", StringComparison.Ordinal)
            .Replace($"\"port\":{Host.HttpAddress.Port},", "\"port\":PORT,", StringComparison.Ordinal)
            .Replace($"\"server_port\":\"{Host.HttpAddress.Port}\"", "\"server_port\":\"PORT\"", StringComparison.Ordinal)
            .Replace($"local port:{Host.HttpAddress.Port}", "local port:PORT", StringComparison.Ordinal);
        return Figures().Replace(Times().Replace(Moments().Replace(text, "\"$1\":MS"), "\"$1\":\"TIME\""), "\"$1\":N");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Host.StopAsync(new CancellationToken(canceled: true));
        await Host.DisposeAsync();
    }

    [GeneratedRegex("\"(lastRefTime|lastRefreshTime|lastUpdatedTime|lastActiveTime)\":[0-9]{13}")]
    private static partial Regex Moments();

    [GeneratedRegex("\"(timestamp|time)\":\"[0-9T:.+-]+\"")]
    private static partial Regex Times();

    [GeneratedRegex("\"(cpu|load|mem|managedHeapBytes|residentAnonymousBytes)\":(?:[0-9.E-]+|\"[0-9.E-]+\")")]
    private static partial Regex Figures();

    /// <summary>Puts the address of a header in the place of the socket's.</summary>
    private sealed class FromElsewhere : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
        {
            application.Use(static (HttpContext context, RequestDelegate rest) =>
            {
                if (IPAddress.TryParse(context.Request.Headers[RemoteHeader], out IPAddress? address))
                {
                    context.Connection.RemoteIpAddress = address;
                }

                return rest(context);
            });
            next(application);
        };
    }
}
