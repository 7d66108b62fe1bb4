using System.Text.Json;
using System.Text.RegularExpressions;

namespace FastRegistry.ProcessTests;

/// <summary>A server process on ports of its own that can be restarted on the same ones.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly string[] _settings;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private ServerProcess(string[] settings) => _settings = settings;

    public RunningProgram Program { get; private set; } = null!;

    public int ClientPort { get; private set; }

    public int HttpPort { get; private set; }

    /// <summary>Where clients connect: 127.0.0.1 unless the settings say otherwise.</summary>
    public string ClientAddress { get; private set; } = "";

    public static async Task<ServerProcess> StartAsync(params string[] settings)
    {
        ServerProcess server = new(settings);
        await server.LaunchAsync();
        return server;
    }

    /// <summary>Ends the process with a signal, waits for its end and starts it again on the same ports.</summary>
    public async Task RestartAsync(int signal)
    {
        Program.Signal(signal);
        int exitCode = await Program.WaitForExitAsync(TimeSpan.FromSeconds(30));
        if (signal == RunningProgram.SignalTerminate)
        {
            Assert.Equal(0, exitCode);
        }

        await Program.DisposeAsync();
        await LaunchAsync();
    }

    /// <summary>Addresses HTTP lists for a service, sorted.</summary>
    public async Task<string[]> ListAsync(string service)
    {
        string body = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{HttpPort}/nacos/v1/ns/instance/list?serviceName={service}"));
        using JsonDocument document = JsonDocument.Parse(body);
        return [.. document.RootElement.GetProperty("hosts").EnumerateArray()
            .Select(static host => $"{host.GetProperty("ip").GetString()}:{host.GetProperty("port").GetInt32()}")
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>A metric without labels.</summary>
    public async Task<double> MetricAsync(string name)
    {
        string text = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{HttpPort}/metrics"));
        string line = text.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line.AsSpan(name.Length), System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<JsonDocument> CollectAsync()
    {
        using HttpResponseMessage response = await _http.PostAsync(new Uri($"http://127.0.0.1:{HttpPort}/fastregistry/v1/operator/collect"), content: null);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Program.DisposeAsync();
    }

    private async Task LaunchAsync()
    {
        Program = RunningProgram.Start(
            Programs.Server, [$"--Http:Port={HttpPort}", $"--ClientTransport:Port={ClientPort}", "--Node:Id=process-test", .. _settings]);
        string ready = await Program.WaitForLineAsync(static line => line.Contains("is ready", StringComparison.Ordinal), StartDeadline);
        Match match = ReadyLine().Match(ready);
        ClientAddress = match.Groups[1].Value;
        ClientPort = int.Parse(match.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        HttpPort = int.Parse(match.Groups[3].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"clients on ([0-9.]+:(\d+)), HTTP on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex ReadyLine();
}
