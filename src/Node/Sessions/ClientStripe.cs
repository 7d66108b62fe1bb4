using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Sessions;

/// <summary>A part of the <see cref="ClientTable"/>, which takes its gate: buckets of clients that are linked through themselves.</summary>
/// <param name="stripes">Parts of the table. That part of the hash has chosen the stripe; the rest chooses the bucket.</param>
internal sealed class ClientStripe(int stripes)
{
    private RegistryClient?[] _buckets = new RegistryClient?[4];
    private int _count;

    /// <summary>Guards the buckets and the links of the clients in them.</summary>
    public Lock StripeGate { get; } = new();

    public RegistryClient? FindHoldingGate(UInt128 instanceId)
    {
        RegistryClient? client = Bucket(instanceId);
        while (client is not null && client.InstanceId != instanceId)
        {
            client = client.NextInBucket;
        }

        return client;
    }

    /// <summary>Adds a client whose id is not there.</summary>
    public void AddHoldingGate(RegistryClient client)
    {
        if (_count == _buckets.Length)
        {
            Grow();
        }

        Link(client);
        _count++;
    }

    /// <summary>False when this very client is not there.</summary>
    public bool TryRemoveHoldingGate(RegistryClient client)
    {
        ref RegistryClient? head = ref Bucket(client.InstanceId);
        RegistryClient? before = null;
        RegistryClient? found = head;
        while (found is not null && found != client)
        {
            before = found;
            found = found.NextInBucket;
        }

        if (found is null)
        {
            return false;
        }

        if (before is null)
        {
            head = client.NextInBucket;
        }
        else
        {
            before.NextInBucket = client.NextInBucket;
        }

        client.NextInBucket = null;
        _count--;
        return true;
    }

    private void Grow()
    {
        RegistryClient?[] former = _buckets;
        _buckets = new RegistryClient?[former.Length * 2];
        foreach (RegistryClient? first in former)
        {
            RegistryClient? client = first;
            while (client is not null)
            {
                RegistryClient? next = client.NextInBucket;
                Link(client);
                client = next;
            }
        }
    }

    private void Link(RegistryClient client)
    {
        ref RegistryClient? head = ref Bucket(client.InstanceId);
        client.NextInBucket = head;
        head = client;
    }

    private ref RegistryClient? Bucket(UInt128 instanceId) => ref _buckets[((uint)instanceId.GetHashCode() / (uint)stripes) & (uint)(_buckets.Length - 1)];
}
