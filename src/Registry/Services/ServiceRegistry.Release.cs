using FastRegistry.Registry.Events;

namespace FastRegistry.Registry.Services;

/// <summary>The end of a client that publishes much, in slices on request workers: an event loop that did it at once would serve nobody meanwhile.</summary>
/// <remarks>
/// Begun once, under the client's gate; from then on the client publishes nothing more, so the slices only take away. One slice runs at a time: a slice queues the
/// next one, or runs it itself when the queue is full.
/// </remarks>
internal sealed class ClientRelease : IWorkItem
{
    /// <summary>Publications a slice withdraws, and a client may have to be released at once: less than a millisecond.</summary>
    public const int SlicePublications = 512;

    private readonly ServiceRegistry _registry;
    private readonly IWorkQueue _workers;
    private readonly RegistryClient _client;
    private readonly DeregisterReason _reason;
    private readonly ServiceEntry[] _services;
    private int _next;

    private ClientRelease(ServiceRegistry registry, IWorkQueue workers, RegistryClient client, DeregisterReason reason)
    {
        _registry = registry;
        _workers = workers;
        _client = client;
        _reason = reason;
        _services = [.. client.ServicesHoldingGate];
    }

    /// <summary>Ends a client: everything it publishes goes, at once when that is little.</summary>
    public static void Begin(ServiceRegistry registry, IWorkQueue workers, RegistryClient client, DeregisterReason reason)
    {
        ClientRelease release;
        lock (client.ClientGate)
        {
            if (client.IsReleased)
            {
                return;
            }

            if (client.PublicationCount <= SlicePublications)
            {
                registry.Withdrawals.Release(client, reason);
                return;
            }

            client.IsReleased = true;
            release = new ClientRelease(registry, workers, client, reason);
        }

        release.Continue();
    }

    void IWorkItem.Run()
    {
        if (!Step())
        {
            Continue();
        }
    }

    private void Continue()
    {
        while (!_workers.TryAdd(this))
        {
            if (Step())
            {
                return;
            }
        }
    }

    /// <summary>One slice; true when it was the last.</summary>
    private bool Step()
    {
        lock (_client.ClientGate)
        {
            int rest = SlicePublications;
            while (_next < _services.Length && rest > 0)
            {
                rest -= _registry.Withdrawals.WithdrawSomeHoldingClientGate(_client, _services[_next], _reason, rest);
                _next += _client.FindHoldingGate(_services[_next]) is null ? 1 : 0;
            }

            if (_next < _services.Length)
            {
                return false;
            }

            _registry.Events.Publish(new ClientReleased(_client.Reference, _reason));
            return true;
        }
    }
}
