namespace FastRegistry.Server.Management;

/// <summary>Body of the operator's call for events.</summary>
/// <param name="Total">Events that came in since the start; the oldest are gone.</param>
/// <param name="Events">Those that were asked for, the newest first.</param>
internal sealed record EventListBody(long Total, IReadOnlyList<EventBody> Events);
