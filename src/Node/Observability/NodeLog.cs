using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Observability;

/// <summary>The log lines of the node and its sessions; watched files (22 to 25) and admission (60 to 62) have their own. Nothing per heartbeat or push above Debug.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(2, LogLevel.Information, "Warm-up is over: lists are complete")]
    public static partial void WarmUpOver(this ILogger log);

    [LoggerMessage(3, LogLevel.Information, "Stopping: {Sessions} clients are asked to leave")]
    public static partial void Stopping(this ILogger log, int sessions);

    [LoggerMessage(4, LogLevel.Information, "Stopped; {Sessions} clients had not left and were closed")]
    public static partial void Stopped(this ILogger log, int sessions);

    [LoggerMessage(10, LogLevel.Debug, "Session {Session} is ready: client {Name}, version {Version}")]
    public static partial void SessionReady(this ILogger log, long session, string name, string version);

    [LoggerMessage(11, LogLevel.Debug, "Session {Session} ended: {Reason}")]
    public static partial void SessionClosed(this ILogger log, long session, CloseReason reason);

    [LoggerMessage(12, LogLevel.Error, "Session {Session} ended by a fault in its handler")]
    public static partial void SessionFault(this ILogger log, Exception fault, long session);

    [LoggerMessage(13, LogLevel.Error, "A {Type} request of session {Session} failed")]
    public static partial void RequestFailed(this ILogger log, Exception fault, MessageType type, long session);

    [LoggerMessage(14, LogLevel.Warning, "The list of {Service} is larger than the client of session {Session} takes; the subscription has ended")]
    public static partial void ListTooLarge(this ILogger log, string service, long session);

    [LoggerMessage(20, LogLevel.Warning, "Accepting failed ({Tier}: {Error}); waiting {BackOff}")]
    public static partial void AcceptFailed(this ILogger log, AcceptErrorTier tier, string error, TimeSpan backOff);

    [LoggerMessage(21, LogLevel.Critical, "The client listener failed and accepts nothing more: {Error}")]
    public static partial void ListenerFailed(this ILogger log, string error);

    [LoggerMessage(26, LogLevel.Error, "An event loop of the client transport met a fault")]
    public static partial void TransportFault(this ILogger log, Exception fault);

    [LoggerMessage(30, LogLevel.Error, "A deadline's owner failed")]
    public static partial void DeadlineFault(this ILogger log, Exception fault);

    [LoggerMessage(31, LogLevel.Critical, "A background worker failed")]
    public static partial void WorkerFault(this ILogger log, Exception fault);
}
