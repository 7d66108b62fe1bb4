namespace FastRegistry.Registry.Events;

/// <summary>A client as events name it. It holds nothing of the client, so an event that is kept keeps no client alive.</summary>
/// <param name="Number">Counts the clients of this node's life; the same across takeovers. 0 for clients made over HTTP.</param>
/// <param name="Id">ip:port for clients made over HTTP, else empty: the instance id of a native client is its secret.</param>
internal readonly record struct ClientReference(long Number, string Id)
{
    public bool IsNone => Id is null;

    public override string ToString() => Id is null ? "" : Id.Length > 0 ? Id : $"client-{Number}";
}
