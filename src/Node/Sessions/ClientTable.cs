using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Sessions;

/// <summary>The native clients by client instance id, linked through themselves: a client in it costs a bucket and no node of its own.</summary>
/// <remarks>
/// One per node. Any thread; a short lock on one of its stripes, each of which grows by itself. A client may be removed with its gate held, so nothing is called
/// under a stripe's. Ids are the clients' choice; their hash is seeded per process, so nobody can choose ids that meet in one bucket. Bounded by the sessions.
/// </remarks>
internal sealed class ClientTable
{
    private const int Stripes = 64;

    private readonly ClientStripe[] _stripes = [.. Enumerable.Range(0, Stripes).Select(static _ => new ClientStripe(Stripes))];
    private long _numbers;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public RegistryClient? Find(UInt128 instanceId)
    {
        ClientStripe stripe = StripeOf(instanceId);
        lock (stripe.StripeGate)
        {
            return stripe.FindHoldingGate(instanceId);
        }
    }

    /// <summary>The client with this id; a new one, with the next number, when there is none.</summary>
    public RegistryClient FindOrAdd(UInt128 instanceId)
    {
        ClientStripe stripe = StripeOf(instanceId);
        lock (stripe.StripeGate)
        {
            RegistryClient? client = stripe.FindHoldingGate(instanceId);
            if (client is null)
            {
                client = new RegistryClient(ClientKind.Native, id: "", instanceId) { Number = Interlocked.Increment(ref _numbers) };
                stripe.AddHoldingGate(client);
                Interlocked.Increment(ref _count);
            }

            return client;
        }
    }

    /// <summary>Takes this client out; another one with its id stays. Does nothing when it is out already.</summary>
    public void Remove(RegistryClient client)
    {
        ClientStripe stripe = StripeOf(client.InstanceId);
        lock (stripe.StripeGate)
        {
            if (stripe.TryRemoveHoldingGate(client))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private ClientStripe StripeOf(UInt128 instanceId) => _stripes[instanceId.GetHashCode() & (Stripes - 1)];
}
