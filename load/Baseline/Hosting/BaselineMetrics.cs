using FastRegistry.Load.Baseline.Sessions;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Observability;

namespace FastRegistry.Load.Baseline.Hosting;

/// <summary>What the baseline tells at <c>/metrics</c>: the product's figures of registry, pushes and process, and its own connections.</summary>
internal static class BaselineMetrics
{
    private const string ConnectionsMetric = "fastregistry_connections";

    // The native transport's are left out: here they would always be 0.
    private static readonly HashSet<string> Shared =
    [
        "fastregistry_connections_limit",
        "fastregistry_services",
        "fastregistry_publications",
        "fastregistry_subscriptions",
        "fastregistry_revision",
        "fastregistry_provisional",
        "fastregistry_pushes_total",
        "fastregistry_resyncs_total",
        "fastregistry_push_queue",
        "fastregistry_request_queue",
        "fastregistry_wheel_entries",
        "fastregistry_managed_heap_bytes",
        "fastregistry_allocated_bytes_total",
        "fastregistry_resident_anonymous_bytes",
        "fastregistry_cpu_seconds_total",
    ];

    public static IReadOnlyList<MetricDefinition> Define(RegistryNode node, ClientConnections connections) =>
    [
        new MetricDefinition(ConnectionsMetric, "Client connections that are open.", IsCounter: false, () => connections.Count),
        .. node.Metrics.Definitions.Where(static metric => Shared.Contains(metric.Name)),
    ];
}
