using FastRegistry.Node.Observability;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Hosting;

/// <summary>The gauges of Nacos that dashboards graph, under the names they have there, as far as this node has a true value for them.</summary>
internal static class NacosMetrics
{
    public static void Define(RegistryNode node)
    {
        DefineMonitor(node);
        ServiceRegistry registry = node.Registry;
        node.Metrics.Gauges(
            "nacos_naming_subscriber",
            "Subscriptions made over HTTP (v1) and by native clients (v2).",
            [MetricSeries.Of("version", "v1", () => registry.OtherSubscriptionCount), MetricSeries.Of("version", "v2", () => registry.SessionSubscriptionCount)]);
        node.Metrics.Gauges(
            "nacos_naming_publisher",
            "Instances published over HTTP (v1) and by native clients and other nodes (v2).",
            [
                MetricSeries.Of("version", "v1", () => registry.PublicationsOf(ClientKind.IpPort) + registry.PublicationsOf(ClientKind.PersistentIpPort)),
                MetricSeries.Of("version", "v2", () => registry.PublicationsOf(ClientKind.Native) + registry.PublicationsOf(ClientKind.Synced)),
            ]);
        node.Metrics.Ranking(
            "service_change_count",
            "Changes of the ten services that changed most in the last whole window of 30 s.",
            () => [.. registry.ReadBusiest().Select(static place => MetricSeries.Of("service", $"{place.Service.Namespace}##{place.Service.GroupedName}", () => place.Changes))]);
    }

    private static void DefineMonitor(RegistryNode node) => node.Metrics.Gauges(
        "nacos_monitor",
        "Figures under the names they have in Nacos.",
        [
            Naming("serviceCount", () => node.Registry.ServiceCount),
            Naming("ipCount", () => node.Registry.PublicationCount),
            Naming("subscriberCount", () => node.Registry.SubscriptionCount),
            Naming("totalPush", () => node.Push.Workers.Sum(static worker => worker.Pushes)),
            Naming("failedPush", () => node.Push.Workers.Sum(static worker => worker.Failures)),
            Naming("emptyPush", () => node.Push.Workers.Sum(static worker => worker.EmptyPushes)),
            Naming("avgPushCost", () => Math.Round(node.Services.PushCost.AverageMillisecondsThisMinute, 3)),
            Naming("maxPushCost", () => node.Services.PushCost.MaximumMilliseconds),
            Naming("totalPushCountForAvg", () => node.Services.PushCost.CountThisMinute),
            Naming("totalPushCostForAvg", () => node.Services.PushCost.MillisecondsThisMinute),
            Naming("pushPendingTaskCount", () => node.Push.Workers.Sum(static worker => worker.Queued)),
            Of("core", "longConnection", () => node.Services.Sessions.Count),
        ]);

    private static MetricSeries Naming(string name, Func<double> read) => Of("naming", name, read);

    private static MetricSeries Of(string module, string name, Func<double> read) =>
        new(read, KeyValuePair.Create("module", module), KeyValuePair.Create("name", name));
}
