using FastRegistry.Client.Configuration;
using FastRegistry.Wire.Framing;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Diagnostics;

/// <summary>Everything the client logs.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Information, "Connected to {Server}.")]
    public static partial void Connected(this ILogger logger, ServerAddress server);

    [LoggerMessage(2, LogLevel.Warning, "Connection to {Server} ended: {Reason} {Text}")]
    public static partial void Disconnected(this ILogger logger, ServerAddress server, GoAwayReason reason, string text);

    [LoggerMessage(3, LogLevel.Warning, "Could not connect to {Server}: {Text}")]
    public static partial void ConnectFailed(this ILogger logger, ServerAddress server, string text);

    [LoggerMessage(4, LogLevel.Information, "{Server} sends this client away: {Reason} {Text}")]
    public static partial void GoAwayReceived(this ILogger logger, ServerAddress server, GoAwayReason reason, string text);

    [LoggerMessage(5, LogLevel.Error, "A handler of StateChanged failed.")]
    public static partial void StateHandlerFailed(this ILogger logger, Exception fault);

    [LoggerMessage(6, LogLevel.Error, "A subscriber of {Service} failed.")]
    public static partial void SubscriberFailed(this ILogger logger, ServiceKey service, Exception fault);

    [LoggerMessage(7, LogLevel.Error, "The server refused the registrations of {Service} for good; they are not sent again.")]
    public static partial void RegistrationRefused(this ILogger logger, ServiceKey service, Exception fault);

    [LoggerMessage(8, LogLevel.Warning, "The registrations of {Service} could not be restored and will be sent again: {Text}")]
    public static partial void RestoreFailed(this ILogger logger, ServiceKey service, string text);

    [LoggerMessage(9, LogLevel.Warning, "Subscribing to {Service} failed and will be tried again: {Text}")]
    public static partial void SubscribeFailed(this ILogger logger, ServiceKey service, string text);

    [LoggerMessage(10, LogLevel.Error, "The server refused the subscription to {Service}.")]
    public static partial void SubscriptionRefused(this ILogger logger, ServiceKey service, Exception fault);

    [LoggerMessage(
        11,
        LogLevel.Information,
        "Restored on {Server} within {Milliseconds} ms: {Services} services with {Instances} instances, {Subscriptions} subscriptions.")]
    public static partial void Restored(this ILogger logger, ServerAddress server, long milliseconds, int services, int instances, int subscriptions);

    [LoggerMessage(12, LogLevel.Critical, "The client stopped working.")]
    public static partial void LoopFailed(this ILogger logger, Exception fault);

    [LoggerMessage(13, LogLevel.Error, "A deadline of the client failed.")]
    public static partial void DeadlineFailed(this ILogger logger, Exception fault);

    [LoggerMessage(14, LogLevel.Error, "Connecting failed unexpectedly and will be tried again.")]
    public static partial void ConnectingFailed(this ILogger logger, Exception fault);

    [LoggerMessage(15, LogLevel.Information, "Moved from {Former} to {Server}.")]
    public static partial void Moved(this ILogger logger, ServerAddress former, ServerAddress server);

    [LoggerMessage(16, LogLevel.Error, "{Server} has another connection with the id of this client, which this client did not make.")]
    public static partial void IdIsTaken(this ILogger logger, ServerAddress server);

    [LoggerMessage(17, LogLevel.Warning, "{Server} {What}.")]
    public static partial void MajorityChanged(this ILogger logger, ServerAddress server, string what);
}
