using FastRegistry.Registry.Events;

namespace FastRegistry.Registry.Services;

/// <content>Release: a client ends, and with it everything it publishes.</content>
internal sealed partial class ServiceRegistry
{
    /// <summary>Publications a client may have to be released at once, and that one slice of a larger release withdraws: less than a millisecond.</summary>
    public const int ReleaseSlicePublications = 512;

    /// <summary>Ends a client whose connection is lost.</summary>
    public void Release(RegistryClient client) => Release(client, DeregisterReason.ConnectionLost);

    /// <summary>Ends a client: everything it publishes goes, and it can never publish again.</summary>
    public void Release(RegistryClient client, DeregisterReason reason)
    {
        lock (client.ClientLock)
        {
            bool isFirst = !client.IsReleased;
            client.IsReleased = true;
            WithdrawWhereClientLocked(client, reason, static (_, _) => true);
            if (isFirst)
            {
                Events.Publish(new ClientReleased(client.Reference, reason));
            }
        }
    }

    /// <summary>Ends a client: everything it publishes goes, at once when that is little, else in slices on workers. Does nothing when it was released
    /// already.</summary>
    /// <param name="client">Which.</param>
    /// <param name="reason">Why.</param>
    /// <param name="workers">Run the slices.</param>
    public void Release(RegistryClient client, DeregisterReason reason, IWorkQueue workers)
    {
        SlicedRelease release;
        lock (client.ClientLock)
        {
            if (client.IsReleased)
            {
                return;
            }

            if (client.PublicationCount <= ReleaseSlicePublications)
            {
                Release(client, reason);
                return;
            }

            client.IsReleased = true;
            release = new SlicedRelease(this, workers, client, reason);
        }

        release.Continue();
    }

    /// <summary>The end of a client that publishes much, in slices on workers: an event loop that did it at once would serve nobody meanwhile.</summary>
    /// <remarks>
    /// Begun once, under the client's lock; from then on the client publishes nothing more, so the slices only take away. One slice runs at a time: a slice
    /// queues the next one, or runs it itself when the queue is full.
    /// </remarks>
    private sealed class SlicedRelease(ServiceRegistry registry, IWorkQueue workers, RegistryClient client, DeregisterReason reason) : IWorkItem
    {
        private readonly ServiceEntry[] _services = [.. client.ServicesLocked];
        private int _next;

        void IWorkItem.Run()
        {
            if (!Step())
            {
                Continue();
            }
        }

        public void Continue()
        {
            while (!workers.TryAdd(this))
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
            lock (client.ClientLock)
            {
                int rest = ReleaseSlicePublications;
                while (_next < _services.Length && rest > 0)
                {
                    rest -= registry.WithdrawSomeClientLocked(client, _services[_next], reason, rest);
                    _next += client.FindLocked(_services[_next]) is null ? 1 : 0;
                }

                if (_next < _services.Length)
                {
                    return false;
                }

                registry.Events.Publish(new ClientReleased(client.Reference, reason));
                return true;
            }
        }
    }
}
