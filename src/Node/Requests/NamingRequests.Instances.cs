using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Requests;

/// <content>Requests that write, parsed: instances that come, change and go. On a session's receive path.</content>
internal sealed partial class NamingRequests
{
    private NamingAnswer Register(INamingCaller caller, Messages.RegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        error = InstanceFactory.TryCreate(request.Instance, "instance", out Instance instance);
        return error is not null ? NamingAnswer.Of(error) : Registered(registry.Register(caller.Client, key, [instance], replace: false, caller));
    }

    private NamingAnswer BatchRegister(INamingCaller caller, Messages.BatchRegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        if (request.Set == 0 && request.More)
        {
            return NamingAnswer.Of(RequestError.Invalid("set", "must not be 0 when more parts follow"));
        }

        if (request.Instances.Count == 0 && !(request.Replace && !request.More))
        {
            return NamingAnswer.Of(RequestError.Invalid("instances", "must not be empty unless replace is set and no part follows"));
        }

        Instance[] instances = new Instance[request.Instances.Count];
        HashSet<InstanceIdentity> identities = new(instances.Length);
        for (int i = 0; i < instances.Length; i++)
        {
            error = InstanceFactory.TryCreate(request.Instances[i], $"instances[{i}]", out instances[i]);
            if (error is null && !identities.Add(instances[i].Identity))
            {
                error = RequestError.Invalid($"instances[{i}]", "has the cluster, ip and port of an earlier one");
            }

            if (error is not null)
            {
                return NamingAnswer.Of(error);
            }
        }

        return request.Set == 0
            ? Registered(registry.Register(caller.Client, key, instances, request.Replace, caller))
            : RegisterPart(caller, key, request, instances);
    }

    /// <summary>Registers a part of a set. Each part is all or nothing; only the last one of a replacing set takes anything away.</summary>
    private NamingAnswer RegisterPart(INamingCaller caller, ServiceKey key, Messages.BatchRegisterRequest request, Instance[] instances)
    {
        OpenSets sets = caller.OpenSets;
        if (sets.TryAdd(key, request.Set, instances, limits.PublicationsPerClient, out HashSet<InstanceIdentity> namedBefore) is { } full)
        {
            return NamingAnswer.Of(full);
        }

        RegistrationResult result = registry.Register(caller.Client, key, instances, request.Replace && !request.More, caller, alsoKept: namedBefore);
        if (result.Error is not null)
        {
            // The set goes on without this part, if an earlier one has named something.
            sets.DropIfEmpty(key);
        }
        else if (request.More)
        {
            sets.Named(key, instances);
        }
        else
        {
            sets.Drop(key);
        }

        return Registered(result);
    }

    private NamingAnswer Deregister(INamingCaller caller, Messages.DeregisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is null && request.Keys.Count == 0)
        {
            error = RequestError.Invalid("keys", "must not be empty");
        }

        InstanceIdentity[] identities = new InstanceIdentity[request.Keys.Count];
        for (int i = 0; i < identities.Length && error is null; i++)
        {
            error = InstanceFactory.TryCreate(request.Keys[i], $"keys[{i}]", out identities[i]);
        }

        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        return Deregistered(registry.Deregister(caller.Client, key, identities, caller));
    }
}
