using System.Runtime.CompilerServices;
using System.Threading.Channels;
using FastRegistry.Client.Subscribing;

namespace FastRegistry.Client;

// Subscribes: with a callback or as a stream.
public sealed partial class NamingClient
{
    /// <inheritdoc/>
    public async ValueTask<ISubscription> SubscribeAsync(
        ServiceKey service,
        Func<ServiceChange, CancellationToken, ValueTask> onChange,
        InstanceSelector? selector = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        SubscribedService subscribed = _subscriptions.Join(Resolve(service));
        try
        {
            await FirstListAsync(subscribed, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _subscriptions.Leave(subscribed, view: null);
            throw;
        }

        ServiceView view = new(service, selector);
        Subscription subscription = new(_subscriptions, subscribed, view, onChange, _logger);
        subscribed.Add(view);
        subscription.Start();
        return subscription;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ServiceChange> WatchAsync(
        ServiceKey service, InstanceSelector? selector = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        SubscribedService subscribed = _subscriptions.Join(Resolve(service));
        ServiceView view = new(service, selector);
        try
        {
            if (await subscribed.First.WaitAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
            {
                throw refusal.ForAnotherCaller();
            }

            subscribed.Add(view);
            while (true)
            {
                ServiceSnapshot snapshot;
                try
                {
                    snapshot = await view.ReadAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (ChannelClosedException)
                {
                    // The client was disposed: the stream is over.
                    yield break;
                }

                if (view.Advance(snapshot) is { } change)
                {
                    yield return change;
                }
            }
        }
        finally
        {
            _subscriptions.Leave(subscribed, view);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ServiceKey> GetSubscriptions() => _subscriptions.List();
}
