using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Events;

/// <summary>The log lines of the event hub and its observers.</summary>
internal static partial class RegistryLog
{
    [LoggerMessage(50, LogLevel.Error, "Observer {Observer} failed at an event, for the {Faults}th time")]
    public static partial void ObserverFault(this ILogger log, Exception fault, string observer, ulong faults);

    [LoggerMessage(51, LogLevel.Warning, "{Events} events were not handed to observer {Observer} before the stop")]
    public static partial void EventsLeftBehind(this ILogger log, int events, string observer);

    [LoggerMessage(EventId = 70, Message = "{Kind}: {Client} session {Session} {Reason} {Text}")]
    public static partial void ClientEvent(this ILogger log, LogLevel level, EventKind kind, ClientReference client, long session, string reason, string text);

    [LoggerMessage(EventId = 71, Message = "{Kind}: {Service} {Client} session {Session} revision {Revision}")]
    public static partial void ServiceEvent(
        this ILogger log, LogLevel level, EventKind kind, ServiceKey service, ClientReference client, long session, long revision);

    [LoggerMessage(EventId = 72, Message = "{Kind}: {Instance} of {Service} by {Client} at revision {Revision} {Reason}")]
    public static partial void InstanceEvent(
        this ILogger log, LogLevel level, EventKind kind, InstanceIdentity instance, ServiceKey? service, ClientReference client, long revision, string reason);

    [LoggerMessage(EventId = 73, Message = "{Kind}: {Count} more within a second")]
    public static partial void FoldedEvents(this ILogger log, LogLevel level, long count, EventKind kind);
}
