using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FastRegistry.Load.Commands;

namespace FastRegistry.Load.Observation;

/// <summary>Asks one server's HTTP side what the run costs it. Any thread; owned by <see cref="ServerFleet"/>, or for a single question by its user.</summary>
internal sealed class ServerObserver : IDisposable
{
    private readonly IPEndPoint _http;
    private readonly HttpClient _client;

    /// <param name="handler">Sends the requests; null = over TCP.</param>
    public ServerObserver(IPEndPoint http, HttpMessageHandler? handler = null)
    {
        _http = http;

        // No proxy: an environment that has one for everything else must not come between.
        _client = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://{http}"),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    /// <summary>Forces a collection on the server, which stops it for a moment, and reads what is left.</summary>
    /// <exception cref="CannotRunException">It does not answer, or is not a FastRegistry server.</exception>
    public Task<ServerMemory> CollectAsync(CancellationToken cancellationToken) => AskAsync(async () =>
    {
        using HttpResponseMessage response = await _client.PostAsync("/fastregistry/v1/operator/collect", content: null, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ObservationJson.Default.ServerMemory, cancellationToken))!;
    });

    /// <summary>Reads its metrics, once, without disturbing it.</summary>
    /// <exception cref="CannotRunException">It does not answer, or is not a FastRegistry server.</exception>
    public Task<ServerMetrics> ReadAsync(CancellationToken cancellationToken) => AskAsync(async () =>
        ServerMetrics.Parse(await _client.GetStringAsync("/metrics", cancellationToken), _http.ToString()));

    /// <summary>Reads what must be given back, one value for each of <see cref="RestGauge.All"/>.</summary>
    /// <exception cref="CannotRunException">It does not answer.</exception>
    public Task<ImmutableArray<double?>> ReadRestGaugesAsync(CancellationToken cancellationToken) => AskAsync(async () =>
    {
        MetricsText metrics = new(await _client.GetStringAsync("/metrics", cancellationToken));
        return RestGauge.All.Select(gauge => gauge.Read(metrics)).ToImmutableArray();
    });

    /// <summary>Reads one metric; null when the server does not have it.</summary>
    /// <exception cref="CannotRunException">It does not answer.</exception>
    public Task<double?> FindAsync(string metric, CancellationToken cancellationToken) =>
        AskAsync(async () => new MetricsText(await _client.GetStringAsync("/metrics", cancellationToken)).Find(metric));

    public void Dispose() => _client.Dispose();

    private async Task<T> AskAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException fault) when (fault.StatusCode is { } status)
        {
            throw new CannotRunException($"the server at {_http} answered HTTP {(int)status} where a FastRegistry server tells its cost; operator calls are taken from its own machine only");
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            throw new CannotRunException($"no FastRegistry server answers HTTP at {_http}: {fault.Message}");
        }
        catch (TaskCanceledException fault) when (fault.InnerException is TimeoutException)
        {
            throw new CannotRunException($"the server at {_http} did not answer HTTP within {_client.Timeout.TotalSeconds:0} s");
        }
    }
}
