using FastRegistry.Server.Observability;

namespace FastRegistry.Server.Hosting;

/// <summary>The gauges of Nacos that dashboards graph, under the names they have there, as far as this node has a true value for them.</summary>
internal static class NacosMetrics
{
    public static void Define(RegistryNode node) => node.Metrics.Gauges(
        "nacos_monitor",
        "Figures under the names they have in Nacos.",
        [
            Naming("serviceCount", () => node.Registry.Services.Count),
            Naming("ipCount", () => node.Registry.PublicationCount),
            Naming("subscriberCount", () => node.Registry.Subscriptions.Count),
            Naming("totalPush", () => node.Push.Workers.Sum(static worker => worker.Pushes)),
            Naming("failedPush", () => node.Push.Workers.Sum(static worker => worker.Failures)),
            Naming("emptyPush", () => node.Push.Workers.Sum(static worker => worker.EmptyPushes)),
            Naming("pushPendingTaskCount", () => node.Push.Workers.Sum(static worker => worker.Queued)),
            Of("core", "longConnection", () => node.Services.Sessions.Count),
        ]);

    private static MetricSeries Naming(string name, Func<double> read) => Of("naming", name, read);

    private static MetricSeries Of(string module, string name, Func<double> read) =>
        new(read, KeyValuePair.Create("module", module), KeyValuePair.Create("name", name));
}
