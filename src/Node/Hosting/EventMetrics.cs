using FastRegistry.Node.Observability;
using FastRegistry.Registry.Events;

namespace FastRegistry.Node.Hosting;

/// <summary>Defines the figures of the event hub: published per kind, the rest per observer.</summary>
internal static class EventMetrics
{
    public static void Define(RegistryMetrics metrics, EventHub events, EventLog? log)
    {
        metrics.Counters(
            "fastregistry_events_published_total",
            "Events published while somebody listened to their kind.",
            [.. Enum.GetValues<EventKind>().Select(kind => MetricSeries.Of("kind", kind.ToString(), () => events.Published(kind)))]);
        metrics.Counters("fastregistry_events_delivered_total", "Events handed to an observer.", Of(events, static queue => queue.Delivered));
        metrics.Counters("fastregistry_events_dropped_total", "Events that did not fit into an observer's queue.", Of(events, static queue => queue.Dropped));
        metrics.Counters("fastregistry_event_faults_total", "Events an observer failed at.", Of(events, static queue => queue.Faults));
        metrics.Gauges("fastregistry_event_queue", "Events that wait for an observer.", Of(events, static queue => queue.Queued));
        if (log is not null)
        {
            metrics.Counter("fastregistry_events_folded_total", "Events that share a log line with others of their second.", () => log.Folded);
        }
    }

    private static MetricSeries[] Of(EventHub events, Func<ObserverQueue, double> read) =>
        [.. events.Queues.Select(queue => MetricSeries.Of("observer", queue.Name, () => read(queue)))];
}
