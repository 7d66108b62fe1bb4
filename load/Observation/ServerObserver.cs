using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Observation;

/// <summary>Asks the server's HTTP side what the run costs it. One per run.</summary>
internal sealed class ServerObserver(IPEndPoint http) : IDisposable
{
    private const string CpuMetric = "fastregistry_cpu_seconds_total";
    private const string ConnectionsMetric = "fastregistry_connections";

    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://{http}"), Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>Forces a collection on the server, which stops it for a moment, and reads what is left.</summary>
    /// <exception cref="CannotRunException">It does not answer, or is not a FastRegistry server.</exception>
    public Task<ServerMemory> CollectAsync(CancellationToken cancellationToken) => AskAsync(async () =>
    {
        using HttpResponseMessage response = await _client.PostAsync("/fastregistry/v1/operator/collect", content: null, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ObservationJson.Default.ServerMemory, cancellationToken))!;
    });

    /// <summary>Processor time the server has used since it started.</summary>
    /// <exception cref="CannotRunException">It does not answer, or is not a FastRegistry server.</exception>
    public Task<double> ReadCpuSecondsAsync(CancellationToken cancellationToken) => ReadMetricAsync(CpuMetric, cancellationToken);

    /// <summary>Client connections the server has now.</summary>
    /// <exception cref="CannotRunException">It does not answer, or is not a FastRegistry server.</exception>
    public async Task<int> ReadConnectionsAsync(CancellationToken cancellationToken) => (int)await ReadMetricAsync(ConnectionsMetric, cancellationToken);

    public void Dispose() => _client.Dispose();

    private Task<double> ReadMetricAsync(string name, CancellationToken cancellationToken) => AskAsync(async () =>
    {
        string text = await _client.GetStringAsync("/metrics", cancellationToken);
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] == ' ')
            {
                return double.Parse(line[name.Length..], CultureInfo.InvariantCulture);
            }
        }

        throw new HttpRequestException($"/metrics has no {name}");
    });

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            throw new CannotRunException($"no FastRegistry server answers HTTP at {http}: {fault.Message}");
        }
        catch (TaskCanceledException fault) when (fault.InnerException is TimeoutException)
        {
            throw new CannotRunException($"the server at {http} did not answer HTTP within {_client.Timeout.TotalSeconds:0} s");
        }
    }
}
