using FastRegistry.Node.Admission;
using FastRegistry.Node.Observability;
using FastRegistry.Registry.Events;

namespace FastRegistry.Node.Hosting;

/// <summary>Defines the gauges of a node.</summary>
internal static class NodeMetrics
{
    public static void Define(RegistryNode node)
    {
        RegistryMetrics metrics = node.Metrics;
        metrics.Gauge("fastregistry_connections", "Client connections that are open.", () => node.Services.Sessions.Count);
        metrics.Gauge("fastregistry_connections_limit", "Client connections the node lets in.", () => node.Services.Sessions.MaximumSessions);
        metrics.Gauge("fastregistry_connections_addresses", "Socket addresses that have connections.", () => node.Services.Limits.Addresses);
        metrics.Gauge("fastregistry_connections_applications", "Applications that have connections.", () => node.Services.Limits.Applications);
        metrics.Counter("fastregistry_connection_rules_faults_total", "Times the rules file could not be used.", () => node.RulesFile?.Faults ?? 0);
        metrics.Counter("fastregistry_labels_file_faults_total", "Times the labels file could not be used.", () => node.LabelsFile?.Faults ?? 0);
        metrics.Gauge("fastregistry_overrides", "Operators' overrides of instances, those that wait for their client to return included.", () => node.Registry.OverrideCount);
        metrics.Gauge("fastregistry_clients", "Native clients that are set up.", () => node.Services.Clients.Count);
        metrics.Gauge("fastregistry_services", "Services known, those without an instance included.", () => node.Registry.ServiceCount);
        metrics.Gauge("fastregistry_publications", "Published instances, waiting ones included.", () => node.Registry.PublicationCount);
        metrics.Gauge("fastregistry_subscriptions", "Subscriptions of all clients.", () => node.Registry.SubscriptionCount);
        metrics.Gauge("fastregistry_revision", "Highest revision given out.", () => node.Registry.Revisions.Current);
        metrics.Gauge("fastregistry_provisional", "1 while lists are provisional.", () => node.Registry.IsProvisional ? 1 : 0);
        metrics.Gauge("fastregistry_status_up", "1 while the status is UP: no naming request is refused for it.", () => node.Status.Current == ServerStatus.Up ? 1 : 0);
        metrics.Gauge("fastregistry_push_enabled", "0 while pushes are switched off.", () => node.Switches.Current.PushEnabled ? 1 : 0);
        RateLimitMetrics.Define(node.RateLimits, metrics);
        metrics.Counter("fastregistry_pushes_total", "Lists and deltas written to subscribers.", () => node.Push.Workers.Sum(static worker => worker.Pushes));
        metrics.Counter("fastregistry_push_deltas_total", "Pushes that were deltas.", () => node.Push.Workers.Sum(static worker => worker.Deltas));
        metrics.Counter("fastregistry_push_unchanged_total", "Pushes that said that the client's list is the newest.", () => node.Push.Workers.Sum(static worker => worker.Unchanged));
        metrics.Counter("fastregistry_push_bytes_total", "Bytes of the lists and deltas pushed.", () => node.Push.Workers.Sum(static worker => worker.Bytes));
        metrics.Counter("fastregistry_resyncs_total", "Lists put off because a subscriber was behind.", () => node.Push.Workers.Sum(static worker => worker.Resyncs));
        metrics.Gauge("fastregistry_push_queue", "Marked services and subscriptions that wait for a push worker.", () => node.Push.Workers.Sum(static worker => worker.Queued));
        metrics.Gauge("fastregistry_push_merging", "Changed services that wait for the end of their merge window.", () => node.Push.Workers.Sum(static worker => worker.Merging));
        metrics.Gauge(
            "fastregistry_dirty_marks",
            "Changed services and marked subscriptions that have not been pushed yet, wherever they wait.",
            () => node.Push.Workers.Sum(static worker => worker.Queued + worker.Merging));
        metrics.Gauge("fastregistry_connections_behind", "Connections whose output has passed its mark: pushes to them are put off.", () => node.Resources.Budget.ConnectionsAboveHighWaterMark);
        metrics.Gauge("fastregistry_request_queue", "Requests that wait for a worker.", () => node.Requests.Queued);
        metrics.Gauge("fastregistry_outbound_bytes", "Bytes that wait to be sent on all connections.", () => node.Resources.Budget.UsedBytes);
        metrics.Gauge("fastregistry_blocks_rented", "Buffer blocks in use.", () => node.Resources.Blocks.Rented);
        metrics.Gauge("fastregistry_transport_loops", "Event loops of the client transport; 0 = it is on sockets.", () => node.Epoll?.Options.Loops ?? 0);
        metrics.Counter("fastregistry_transport_waits_total", "Times event loops asked the kernel for events.", () => node.Epoll?.Waits ?? 0);
        metrics.Counter("fastregistry_transport_events_total", "Events the kernel reported to event loops.", () => node.Epoll?.Events ?? 0);
        metrics.Gauge("fastregistry_wheel_entries", "Deadlines allocated.", () => node.Wheel.AllocatedEntries);
        metrics.Gauge("fastregistry_wheel_armed_entries", "Deadlines in a slot of the wheel.", () => node.Wheel.ArmedEntries);
        metrics.Gauge("fastregistry_wheel_lateness_milliseconds", "How late the last deadline was noticed.", () => node.Wheel.LastLatenessMilliseconds);
        metrics.Gauge("fastregistry_managed_heap_bytes", "Managed heap, garbage included.", () => GC.GetTotalMemory(forceFullCollection: false));

        // Not precise: that would stop every thread at each reading. What is missing is the unused rest of each thread's allocation context, 8 KiB at most, which
        // does not show in the difference of two readings with many operations between them.
        metrics.Counter("fastregistry_allocated_bytes_total", "Managed bytes allocated since the start.", () => GC.GetTotalAllocatedBytes(precise: false));
        metrics.Counter("fastregistry_lock_contentions_total", "Times a thread had to wait for a lock since the start.", static () => Monitor.LockContentionCount);
        metrics.Gauge("fastregistry_resident_anonymous_bytes", "Anonymous resident memory of the process.", () => ProcessMemory.ReadAnonymousBytes());
        metrics.Counter("fastregistry_cpu_seconds_total", "Processor time of the process.", () => Environment.CpuUsage.TotalTime.TotalSeconds);
        EventMetrics.Define(metrics, node.Events, node.EventLog);
        NacosMetrics.Define(node);
    }
}

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

/// <summary>Defines the counters of the control points, one name per point. They count only while a point has a rule.</summary>
internal static class RateLimitMetrics
{
    public static void Define(RateLimiter limiter, RegistryMetrics metrics)
    {
        foreach (RateLimitPoint point in limiter.Points)
        {
            string prefix = $"fastregistry_rate_limit_{SnakeCase(point.Point.ToString())}";
            metrics.Counter($"{prefix}_passed_total", $"Calls of {point.Point} that passed its rate limit.", () => point.Passed);
            metrics.Counter($"{prefix}_refused_total", $"Calls of {point.Point} that its rate limit refused.", () => point.Refused);
            metrics.Counter($"{prefix}_beyond_total", $"Calls of {point.Point} beyond its rate limit, refused or only noted.", () => point.Beyond);
        }
    }

    private static string SnakeCase(string name) =>
        string.Concat(name.Select(static (character, i) => i > 0 && char.IsUpper(character) ? $"_{char.ToLowerInvariant(character)}" : char.ToLowerInvariant(character).ToString()));
}
