using FastRegistry.Registry.Instances;

namespace FastRegistry.Server.Management;

/// <summary>One event; what it has not is left out.</summary>
/// <param name="Number">Counts the events the node kept, from 1.</param>
/// <param name="Time">When it was published, UTC.</param>
/// <param name="Kind">Its type.</param>
/// <param name="Service"><c>namespace/group@@name</c>.</param>
/// <param name="Instance"><c>ip:port#cluster</c>.</param>
/// <param name="Client"><c>client-17</c>, or ip:port of one that was made over HTTP.</param>
/// <param name="Session">Number of the session.</param>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Reason">A word.</param>
/// <param name="Text">For people.</param>
internal sealed record EventBody(
    long Number, DateTimeOffset Time, string Kind, string? Service, string? Instance, string? Client, long? Session, long? Revision, string? Reason, string? Text);
