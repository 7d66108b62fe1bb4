namespace FastRegistry.Registry.Services;

/// <summary>Who a subscriber is, as operators see it.</summary>
/// <param name="ClientId">Its client in the operator's calls.</param>
/// <param name="Ip">Its address; empty = unknown.</param>
/// <param name="Port">Its port.</param>
/// <param name="Agent">Name and version of its library.</param>
/// <param name="Application">As it named itself; may be empty.</param>
internal sealed record SubscriberDescription(string ClientId, string Ip, int Port, string Agent, string Application);
