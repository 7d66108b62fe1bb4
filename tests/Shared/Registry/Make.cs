using System.Collections.Immutable;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Tests;

/// <summary>Registry objects in short form.</summary>
internal static class Make
{
    public static ServiceKey Key(string name = "s", string group = "DEFAULT_GROUP", string @namespace = "public") => new(@namespace, group, name);

    public static RegistryClient Client(string id = "c", ClientKind kind = ClientKind.Native, ulong node = 0) =>
        new(kind, id, kind is ClientKind.Native or ClientKind.Synced ? (UInt128)(uint)id.GetHashCode(StringComparison.Ordinal) : 0) { OwnerNode = node };

    public static Instance Instance(
        int port, double weight = 1, string ip = "10.0.0.1", string cluster = "DEFAULT", bool healthy = true, bool enabled = true, string? metadata = null) =>
        FastRegistry.Registry.Instances.Instance.Create(
            new InstanceIdentity(cluster, ip, port), weight, healthy, enabled, metadata is null ? [] : ImmutableArray.Create(KeyValuePair.Create("m", metadata)));

    public static RegistrationResult Register(this ServiceRegistry registry, RegistryClient client, string service, params Instance[] instances) =>
        registry.Register(client, Key(service), instances, replace: false);

    public static RegistrationResult Deregister(this ServiceRegistry registry, RegistryClient client, string service, params Instance[] instances) =>
        registry.Deregister(client, Key(service), [.. instances.Select(static instance => instance.Identity)]);

    public static ServiceEntry? Find(this ServiceRegistry registry, string service = "s") =>
        registry.TryGet(Key(service), out ServiceEntry? entry) ? entry : null;

    /// <summary>Every listed instance as <c>port=weight</c>, sorted.</summary>
    public static string[] Listed(this ServiceRegistry registry, string service = "s") => registry.Find(service) is { } entry
        ? [.. entry.GetSnapshot().Instances.ToArray().Select(static instance => $"{instance.Identity.Port}={instance.Weight}").Order(StringComparer.Ordinal)]
        : [];
}
