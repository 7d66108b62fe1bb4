using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Client.Connecting;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Subscribing;

/// <summary>Everything this client is subscribed to, and the requests that keep it so.</summary>
/// <remarks>
/// One per client; any thread, the receive path included, which only looks a subscription up. A short lock guards users and their counts. Bounds:
/// services and subscribers, by the options. Subscription ids are never used twice by a client, so an answer or push of a former session finds nothing.
/// </remarks>
internal sealed class SubscriptionTable : ISnapshotSink, IDesiredState
{
    // Delegates that are created once.
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseSnapshot = Snapshot.Parser.ParseFrom;
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseUnsubscribeReply = UnsubscribeReply.Parser.ParseFrom;

    private readonly Lock _lock = new();
    private readonly Dictionary<ServiceKey, SubscribedService> _services = [];
    private readonly ConcurrentDictionary<ulong, SubscribedService> _bySubscription = new();
    private readonly ServerLink _link;
    private readonly NamingClientOptions _options;
    private readonly ILogger _logger;
    private readonly RetrySchedule _retries;
    private ulong _lastSubscriptionId;
    private int _users;
    private bool _isDisposed;

    public SubscriptionTable(ServerLink link, TimingWheel wheel, NamingClientOptions options, ILogger logger)
    {
        _link = link;
        _options = options;
        _logger = logger;
        _retries = new RetrySchedule(wheel, options, SubscribeMissing);
    }

    /// <summary>The list of a service that is in memory already; from now on it stays there.</summary>
    public ServiceSnapshot? Find(ServiceKey key)
    {
        lock (_lock)
        {
            if (!_services.TryGetValue(key, out SubscribedService? service) || service.Current is not { } current)
            {
                return null;
            }

            service.IsKept = true;
            return current;
        }
    }

    public IReadOnlyList<ServiceKey> List()
    {
        lock (_lock)
        {
            return [.. _services.Keys];
        }
    }

    /// <summary>Takes a share in a service and subscribes when it is the first one. Give it back with <see cref="Leave"/>.</summary>
    /// <exception cref="RegistryException">A limit is reached.</exception>
    public SubscribedService Join(ServiceKey key)
    {
        SubscribedService? service;
        lock (_lock)
        {
            if (_isDisposed)
            {
                throw ServerLink.ClientDisposed();
            }

            if (_users >= _options.MaximumSubscribers)
            {
                throw Limit(nameof(NamingClientOptions.MaximumSubscribers), _options.MaximumSubscribers);
            }

            if (!_services.TryGetValue(key, out service))
            {
                if (_services.Count >= _options.MaximumSubscribedServices)
                {
                    throw Limit(nameof(NamingClientOptions.MaximumSubscribedServices), _options.MaximumSubscribedServices);
                }

                service = new SubscribedService(key);
                _services.Add(key, service);
            }

            service.Users++;
            _users++;
        }

        if (_link.Current is { } session)
        {
            Subscribe(session, service);
        }

        return service;
    }

    /// <summary>Gives a share back; the last one unsubscribes.</summary>
    public void Leave(SubscribedService service, ServiceView? view, bool keep = false)
    {
        if (view is not null)
        {
            service.Remove(view);
        }

        lock (_lock)
        {
            service.Users--;
            _users--;
            service.IsKept |= keep;
            if (service.Users > 0 || service.IsKept || !_services.Remove(service.Key))
            {
                return;
            }
        }

        (ServerSession? session, ulong subscriptionId) = service.End();
        if (subscriptionId != 0 && _bySubscription.TryRemove(subscriptionId, out _) && session is { IsUsable: true })
        {
            _ = UnsubscribeAsync(session, subscriptionId);
        }
    }

    /// <summary>Subscribes to everything on a new session, without waiting for the answers.</summary>
    public void Restore(ServerSession session)
    {
        List<SubscribedService> services;
        lock (_lock)
        {
            services = [.. _services.Values];
        }

        foreach (SubscribedService service in services)
        {
            Subscribe(session, service);
        }
    }

    /// <inheritdoc/>
    public void OnPush(ulong subscriptionId, Snapshot snapshot)
    {
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service))
        {
            service.ApplyPush(subscriptionId, snapshot);
        }
    }

    /// <inheritdoc/>
    public void OnDelta(ulong subscriptionId, SnapshotDelta delta)
    {
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service) && service.ApplyDelta(subscriptionId, delta) is { } session)
        {
            _ = SubscribeAsync(session, service, subscriptionId);
        }
    }

    /// <summary>Ends every view and everybody's waiting.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (SubscribedService service in _services.Values)
            {
                service.End();
            }

            _services.Clear();
        }
    }

    private static RegistryException Limit(string option, int value) => new(RegistryErrorCode.LimitExceeded, $"{option} is {value}.");

    private void SubscribeMissing()
    {
        if (_link.Current is { } session)
        {
            Restore(session);
        }
    }

    private void Subscribe(ServerSession session, SubscribedService service)
    {
        // Known before it is sent: a push may overtake the answer.
        ulong subscriptionId = Interlocked.Increment(ref _lastSubscriptionId);
        _bySubscription[subscriptionId] = service;
        if (service.TryBegin(session, subscriptionId, out ulong former))
        {
            _bySubscription.TryRemove(former, out _);
            _ = SubscribeAsync(session, service, subscriptionId);
        }
        else
        {
            _bySubscription.TryRemove(subscriptionId, out _);
        }
    }

    /// <summary>Asks for a subscription and its list. The same id again is the same subscription, so this also asks for the list alone.</summary>
    private async Task SubscribeAsync(ServerSession session, SubscribedService service, ulong subscriptionId)
    {
        SubscribeRequest request = new()
        {
            SubscriptionId = subscriptionId,
            Namespace = service.Key.Namespace == _options.Namespace ? "" : service.Key.Namespace,
            Group = service.Key.Group,
            Name = service.Key.Name,
        };
        CallOutcome outcome = await session
            .CallAsync(MessageType.Subscribe, request, ParseSnapshot, _options.RequestTimeout, CancellationToken.None).ConfigureAwait(false);
        if (outcome is { Status: CallStatus.Replied, Reply: Snapshot snapshot })
        {
            bool askAgain = service.ApplyReply(subscriptionId, snapshot);
            _retries.Reset();
            if (askAgain)
            {
                _ = SubscribeAsync(session, service, subscriptionId);
            }
        }
        else if (outcome.Status != CallStatus.ConnectionLost)
        {
            _bySubscription.TryRemove(subscriptionId, out _);
            if (outcome.Status == CallStatus.TimedOut && session.IsUsable)
            {
                // The server may have it all the same; the next attempt has another id.
                _ = UnsubscribeAsync(session, subscriptionId);
            }

            Failed(service, subscriptionId, RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: true));
        }
    }

    private void Failed(SubscribedService service, ulong subscriptionId, RegistryException failure)
    {
        if (failure.IsPermanent)
        {
            // Stays claimed on this session, so that it is tried again on the next one only.
            _logger.SubscriptionRefused(service.Key, failure);
            service.Refused(failure);
        }
        else if (service.Failed(subscriptionId))
        {
            _logger.SubscribeFailed(service.Key, failure.Message);
            _retries.ScheduleRetry(failure.RetryAfter);
        }
    }

    private async Task UnsubscribeAsync(ServerSession session, ulong subscriptionId)
    {
        // Whatever the outcome, pushes for an id nobody knows are ignored and the id ends with its session.
        UnsubscribeRequest request = new() { SubscriptionId = subscriptionId };
        await session.CallAsync(
            MessageType.Unsubscribe, request, ParseUnsubscribeReply, _options.RequestTimeout, CancellationToken.None).ConfigureAwait(false);
    }
}
