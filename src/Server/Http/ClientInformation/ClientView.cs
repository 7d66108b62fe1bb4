using FastRegistry.Server.Registry;
using FastRegistry.Server.Sessions;

namespace FastRegistry.Server.Http.ClientInformation;

/// <summary>A client as operators see it.</summary>
/// <param name="Id">Its id in these calls.</param>
/// <param name="Client">What it publishes.</param>
/// <param name="Session">The connection of a native client; null for the others.</param>
internal sealed record ClientView(string Id, RegistryClient Client, ClientSession? Session);
