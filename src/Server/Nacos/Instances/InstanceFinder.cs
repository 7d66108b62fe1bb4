using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Finds one listed instance, as overrides show it.</summary>
internal static class InstanceFinder
{
    /// <exception cref="HttpError">404, in Nacos' words.</exception>
    public static Instance Find(ServiceRegistry registry, ServiceKey service, InstanceIdentity identity)
    {
        if (!registry.TryGet(service, out ServiceEntry? entry) || entry.InstanceCount == 0)
        {
            throw HttpError.NotFound($"no ips found for cluster {identity.Cluster} in service {service.GroupedName}");
        }

        lock (entry.ServiceLock)
        {
            return entry.ShownLocked(identity) ?? throw HttpError.NotFound("no matched ip found!");
        }
    }
}
