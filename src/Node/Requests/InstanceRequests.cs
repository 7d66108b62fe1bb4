using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Messages;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Requests;

/// <summary>Requests that write: instances that come, change and go. Stateless; on a session's receive path.</summary>
internal sealed class InstanceRequests(ServiceRegistry registry)
{
    /// <summary>The hot path: one plain instance of a known service. Nothing is parsed into objects, and what changes nothing allocates nothing.</summary>
    /// <returns>False when the request has to be parsed.</returns>
    public bool TryRegisterQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        answer = default;
        if (!TryRead(caller, body, out ServiceRequestReader request, out ServiceEntry? entry)
            || !InstanceReader.TryRead(request.Item, out InstanceReader instance)
            || !registry.TryRegister(caller.Client, entry, instance, caller, out RegistrationResult result, out byte[]? unchanged))
        {
            return false;
        }

        answer = unchanged is not null ? NamingAnswer.Of(unchanged) : Registered(result);
        return true;
    }

    /// <summary>The hot path: one instance of a known service goes.</summary>
    /// <returns>False when the request has to be parsed.</returns>
    public bool TryDeregisterQuickly(INamingCaller caller, in ReadOnlySequence<byte> body, out NamingAnswer answer)
    {
        answer = default;
        Span<char> texts = stackalloc char[InstanceReader.MaximumNameLength];
        if (!TryRead(caller, body, out ServiceRequestReader request, out ServiceEntry? entry)
            || !InstanceReader.TryReadKey(request.Item, out InstanceReader key)
            || !registry.TryDeregister(caller.Client, entry, key.NameIn(texts), caller, out RegistrationResult result))
        {
            return false;
        }

        answer = Deregistered(result);
        return true;
    }

    public NamingAnswer Register(INamingCaller caller, Messages.RegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        error = InstanceFactory.TryCreate(request.Instance, "instance", out Instance instance);
        return error is not null ? NamingAnswer.Of(error) : Registered(registry.Register(caller.Client, key, [instance], replace: false, caller));
    }

    public NamingAnswer BatchRegister(INamingCaller caller, Messages.BatchRegisterRequest request)
    {
        RequestError? error = ServiceKeyFactory.TryCreate(request.Namespace, request.Group, request.Name, caller.DefaultNamespace, out ServiceKey key);
        if (error is not null)
        {
            return NamingAnswer.Of(error);
        }

        if (request.Instances.Count == 0 && !request.Replace)
        {
            return NamingAnswer.Of(RequestError.Invalid("instances", "must not be empty unless replace is set"));
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

        return Registered(registry.Register(caller.Client, key, instances, request.Replace, caller));
    }

    public NamingAnswer Deregister(INamingCaller caller, Messages.DeregisterRequest request)
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

    private bool TryRead(INamingCaller caller, in ReadOnlySequence<byte> body, out ServiceRequestReader request, [NotNullWhen(true)] out ServiceEntry? entry)
    {
        Span<byte> key = stackalloc byte[ServiceRequestReader.MaximumKeyBytes];
        entry = null;
        return ServiceRequestReader.TryRead(body, out request)
            && request.TryWriteKey(caller.DefaultNamespaceUtf8, key, out int keyBytes)
            && registry.TryGet(key[..keyBytes], out entry);
    }

    private static NamingAnswer Registered(in RegistrationResult result) => result.Error is not null
        ? NamingAnswer.Of(result.Error)
        : NamingAnswer.Of(new WriteReply(result.Revision, result.Count > 0 ? 1u : 0));

    private static NamingAnswer Deregistered(in RegistrationResult result) => result.Error is not null
        ? NamingAnswer.Of(result.Error)
        : NamingAnswer.Of(new WriteReply(result.Revision, (uint)result.Count));
}
