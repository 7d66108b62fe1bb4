using System.Net;

namespace FastRegistry.Load.Tests.Observation;

/// <summary>The HTTP side of a server, without a network.</summary>
internal sealed class FakeServer : HttpMessageHandler
{
    private readonly long _startedAt = System.Diagnostics.Stopwatch.GetTimestamp();
    private volatile bool _isGone;

    public double CpuSeconds { get; set; } = 1;

    /// <summary>CPU time that passes with each reading.</summary>
    public double CpuPerReading { get; set; }

    /// <summary>CPU time that passes with the clock.</summary>
    public double CpuPerSecond { get; set; }

    public int Connections { get; set; }

    public string Extra { get; set; } = "fastregistry_allocated_bytes_total 1000\nfastregistry_managed_heap_bytes 2000\nfastregistry_resident_anonymous_bytes 3000\n";

    /// <summary>Managed heap after a collection.</summary>
    public long HeapBytes { get; set; } = 100;

    /// <summary>From now on nobody answers.</summary>
    public void Vanish() => _isGone = true;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_isGone)
        {
            throw new HttpRequestException("Connection refused");
        }

        string body;
        if (request.RequestUri!.AbsolutePath == "/metrics")
        {
            body = FormattableString.Invariant($"# HELP x y\nfastregistry_cpu_seconds_total {CpuSeconds + (CpuPerSecond * System.Diagnostics.Stopwatch.GetElapsedTime(_startedAt).TotalSeconds):R}\nfastregistry_connections {Connections}\n{Extra}");
            CpuSeconds += CpuPerReading;
        }
        else
        {
            body = FormattableString.Invariant($"{{\"managedHeapBytes\":{HeapBytes},\"residentAnonymousBytes\":200,\"connections\":{Connections}}}");
        }

        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") });
    }
}
