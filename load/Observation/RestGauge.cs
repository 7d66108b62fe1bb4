using System.Collections.Immutable;

namespace FastRegistry.Load.Observation;

/// <summary>Something servers hold while clients are there and must have given back when everybody has left.</summary>
/// <param name="Name">For people.</param>
/// <param name="Metrics">Names on <c>/metrics</c>; the gauge is their sum.</param>
internal sealed record RestGauge(string Name, ImmutableArray<string> Metrics)
{
    /// <summary>All that is watched, in the order of the report.</summary>
    public static ImmutableArray<RestGauge> All { get; } =
    [
        new("connections", ["fastregistry_connections"]),
        new("clients", ["fastregistry_clients"]),
        new("services", ["fastregistry_services"]),
        new("publications", ["fastregistry_publications"]),
        new("subscriptions", ["fastregistry_subscriptions"]),
        new("wheel entries", ["fastregistry_wheel_entries"]),
        new("dirty marks", ["fastregistry_push_queue", "fastregistry_push_merging"]),
        new("pending requests", ["fastregistry_request_queue"]),
        new("rented blocks", ["fastregistry_blocks_rented"]),
        new("outbound bytes", ["fastregistry_outbound_bytes"]),
    ];

    /// <summary>Null when the server lacks one of the metrics.</summary>
    public double? Read(MetricsText metrics)
    {
        double sum = 0;
        foreach (string name in Metrics)
        {
            if (metrics.Find(name) is not { } value)
            {
                return null;
            }

            sum += value;
        }

        return sum;
    }
}
