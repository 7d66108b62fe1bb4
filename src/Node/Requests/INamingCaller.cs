using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Requests;

/// <summary>The caller of a naming request: a session, as far as <see cref="NamingRequests"/> needs to know it.</summary>
/// <remarks>
/// The object itself stands for the session towards the registry: a registration counts only while <see cref="RegistryClient.Session"/> is this object. The
/// session of a connection is the one of the product; the load test's baseline has another one on top of Kestrel.
/// </remarks>
internal interface INamingCaller
{
    /// <summary>For log lines.</summary>
    long Id { get; }

    /// <summary>Who publishes through this session. Only after set-up.</summary>
    RegistryClient Client { get; }

    /// <summary>Used where a request leaves its namespace empty.</summary>
    string DefaultNamespace { get; }

    byte[] DefaultNamespaceUtf8 { get; }

    /// <summary>Its address as a text, for selectors; null = unknown. Costs something: only where a selector asks.</summary>
    string? RemoteAddress { get; }

    /// <summary>The sets that it has begun to register in parts.</summary>
    OpenSets OpenSets { get; }

    /// <summary>Adds a subscription and asks for its list; the same id for the same service and filter asks again.</summary>
    /// <param name="id">Chosen by the client.</param>
    /// <param name="key">The service.</param>
    /// <param name="filter">What it shows.</param>
    /// <param name="held">What the client holds of it.</param>
    /// <param name="maximum">Subscriptions it may have.</param>
    RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, HeldList held, int maximum);

    /// <summary>Takes a subscription back; false when there is none.</summary>
    bool Unsubscribe(ulong id);
}
