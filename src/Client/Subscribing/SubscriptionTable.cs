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
/// services and subscribers, by the options. Subscription ids are never used twice by a client, so what comes for a former one finds nothing.
/// </remarks>
internal sealed class SubscriptionTable : IPushSink, IDesiredState
{
    // So that the first lists of a restore do not wait until a server has read a whole megabyte.
    private const int MaximumRequestBytes = 256 * 1024;

    // Delegates that are created once.
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseSubscribeReply = SubscribeReply.Parser.ParseFrom;
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

        (ServerSession? session, ulong subscriptionId, ulong formerId) = service.End();
        _bySubscription.TryRemove(formerId, out _);
        if (subscriptionId != 0 && _bySubscription.TryRemove(subscriptionId, out _))
        {
            Unsubscribe(session, subscriptionId);
        }
    }

    /// <inheritdoc/>
    public Restoration Restore(ServerSession session, RestoreWindow window)
    {
        List<SubscribedService> services;
        lock (_lock)
        {
            services = [.. _services.Values];
        }

        List<PlannedSubscription> planned = Plan(session, services);
        List<Task> answers = [];
        return new Restoration(planned.Count, 0, SendAsync(session, planned, window, answers), answers);
    }

    /// <inheritdoc/>
    public void OnList(ulong subscriptionId, Snapshot snapshot, ulong[]? digests)
    {
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service))
        {
            service.TakeList(subscriptionId, snapshot, digests, out ulong dropped);
            _bySubscription.TryRemove(dropped, out _);
        }
    }

    /// <inheritdoc/>
    public void OnDelta(ulong subscriptionId, SnapshotDelta delta, ulong[]? digests)
    {
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service))
        {
            Mend(service.TakeDelta(subscriptionId, delta, digests, out ulong dropped), service);
            _bySubscription.TryRemove(dropped, out _);
        }
    }

    /// <inheritdoc/>
    public void OnUnchanged(ulong subscriptionId, SnapshotUnchanged unchanged)
    {
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service))
        {
            Mend(service.TakeUnchanged(subscriptionId, unchanged, out ulong dropped), service);
            _bySubscription.TryRemove(dropped, out _);
        }
    }

    /// <inheritdoc/>
    public void OnEnded(ulong subscriptionId, ErrorReply error)
    {
        if (_bySubscription.TryRemove(subscriptionId, out SubscribedService? service))
        {
            CallOutcome outcome = new(CallStatus.Refused, Error: error);
            Failed(service, subscriptionId, RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: false));
        }
    }

    /// <inheritdoc/>
    public void OnPushReset(ulong subscriptionId)
    {
        // With back-off: a server that cannot send a list must not be asked for it without a pause.
        if (_bySubscription.TryGetValue(subscriptionId, out SubscribedService? service) && service.TakeReset(subscriptionId))
        {
            _retries.ScheduleRetry();
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
        if (_link.Current is not { } session)
        {
            return;
        }

        List<SubscribedService> services;
        lock (_lock)
        {
            services = [.. _services.Values];
        }

        List<PlannedSubscription> planned = Plan(session, services);
        foreach (SubscribedService service in services)
        {
            if (service.TryMend(session, out ulong subscriptionId))
            {
                planned.Add(new PlannedSubscription(service, Describe(service, subscriptionId, held: null), IsMending: true));
            }
        }

        _ = SendAsync(session, planned, new RestoreWindow(session), []);
    }

    private void Subscribe(ServerSession session, SubscribedService service)
    {
        if (Plan(session, [service]) is { Count: > 0 } planned)
        {
            _ = SubscribeAsync(session, planned);
        }
    }

    private void Mend(ServerSession? session, SubscribedService service)
    {
        if (session is not null && service.TryMend(session, out ulong subscriptionId))
        {
            _ = SubscribeAsync(session, [new PlannedSubscription(service, Describe(service, subscriptionId, held: null), IsMending: true)]);
        }
    }

    /// <summary>Claims the subscriptions that a session does not have.</summary>
    private List<PlannedSubscription> Plan(ServerSession session, List<SubscribedService> services)
    {
        List<PlannedSubscription> planned = new(services.Count);
        foreach (SubscribedService service in services)
        {
            // Known before it is sent: a push may overtake the answer.
            ulong subscriptionId = Interlocked.Increment(ref _lastSubscriptionId);
            _bySubscription[subscriptionId] = service;
            if (service.TryBegin(session, subscriptionId, out HeldList? held, out ulong dropped))
            {
                _bySubscription.TryRemove(dropped, out _);
                planned.Add(new PlannedSubscription(service, Describe(service, subscriptionId, held), IsMending: false));
            }
            else
            {
                _bySubscription.TryRemove(subscriptionId, out _);
            }
        }

        return planned;
    }

    private Wire.Messages.Subscription Describe(SubscribedService service, ulong subscriptionId, HeldList? held) => new()
    {
        Id = subscriptionId,
        Namespace = service.Key.Namespace == _options.Namespace ? "" : service.Key.Namespace,
        Group = service.Key.Group,
        Name = service.Key.Name,
        Held = held,
    };

    /// <summary>Sends all of them, several in one request; the answers are added to <paramref name="answers"/>.</summary>
    private async Task SendAsync(ServerSession session, List<PlannedSubscription> planned, RestoreWindow window, List<Task> answers)
    {
        int maximumBytes = Math.Min(MaximumRequestBytes, session.MaximumRequestBytes);
        for (int sent = 0; sent < planned.Count;)
        {
            int bytes = 0;
            int end = sent;
            while (end < planned.Count && end - sent < WireLimits.MaximumSubscriptionsInRequest)
            {
                // Tag and length of an element in front of it.
                bytes += planned[end].Message.CalculateSize() + (2 * sizeof(uint));
                if (bytes > maximumBytes && end > sent)
                {
                    break;
                }

                end++;
            }

            List<PlannedSubscription> batch = planned[sent..end];
            sent = end;
            await window.EnterAsync().ConfigureAwait(false);
            answers.Add(window.ExitAfterAsync(SubscribeAsync(session, batch)));
        }
    }

    /// <summary>Asks for subscriptions, and again for those that have to be mended: the same id is the same subscription.</summary>
    private async Task SubscribeAsync(ServerSession session, IReadOnlyList<PlannedSubscription> batch)
    {
        SubscribeRequest request = new();
        request.Subscriptions.AddRange(batch.Select(static planned => planned.Message));
        CallOutcome outcome = await session
            .CallAsync(MessageType.Subscribe, request, ParseSubscribeReply, _options.RequestTimeout, CancellationToken.None).ConfigureAwait(false);
        if (outcome.Status == CallStatus.ConnectionLost)
        {
            return;
        }

        Dictionary<uint, ErrorReply> refused = [];
        if (outcome is { Status: CallStatus.Replied, Reply: SubscribeReply reply })
        {
            foreach (RefusedSubscription item in reply.Refused)
            {
                refused[item.Index] = item.Error ?? new ErrorReply { Code = (uint)ErrorCode.Internal };
            }

            if (refused.Count == 0)
            {
                _retries.Reset();
            }
        }

        for (int index = 0; index < batch.Count; index++)
        {
            CallOutcome own = refused.TryGetValue((uint)index, out ErrorReply? error) ? new CallOutcome(CallStatus.Refused, Error: error) : outcome;
            Conclude(session, batch[index], own);
        }
    }

    private void Conclude(ServerSession session, PlannedSubscription planned, CallOutcome outcome)
    {
        ulong subscriptionId = planned.Message.Id;
        if (outcome.Status == CallStatus.Replied)
        {
            if (planned.Service.Answered(subscriptionId))
            {
                _retries.ScheduleRetry();
            }

            return;
        }

        bool wasKnown = _bySubscription.TryRemove(subscriptionId, out _);
        if (wasKnown && (planned.IsMending || outcome.Status != CallStatus.Refused))
        {
            // The server may have it all the same, or still has it from before; the next attempt has another id.
            Unsubscribe(session, subscriptionId);
        }

        Failed(planned.Service, subscriptionId, RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: true));
    }

    private void Failed(SubscribedService service, ulong subscriptionId, RegistryException failure)
    {
        // What is refused for good stays claimed on this session, so that it is tried again on the next one only.
        if (!service.Failed(subscriptionId, isOver: failure.IsPermanent))
        {
            return;
        }

        if (failure.IsPermanent)
        {
            _logger.SubscriptionRefused(service.Key, failure);
            service.Refused(failure);
        }
        else
        {
            _logger.SubscribeFailed(service.Key, failure.Message);
            _retries.ScheduleRetry(failure.RetryAfter);
        }
    }

    private void Unsubscribe(ServerSession? session, ulong subscriptionId)
    {
        if (session is { IsUsable: true })
        {
            session.GiveUpPush(subscriptionId);
            _ = UnsubscribeAsync(session, subscriptionId);
        }
    }

    private async Task UnsubscribeAsync(ServerSession session, ulong subscriptionId)
    {
        // Whatever the outcome, pushes for an id nobody knows are ignored and the id ends with its session.
        UnsubscribeRequest request = new() { SubscriptionId = subscriptionId };
        await session.CallAsync(
            MessageType.Unsubscribe, request, ParseUnsubscribeReply, _options.RequestTimeout, CancellationToken.None).ConfigureAwait(false);
    }

    private sealed record PlannedSubscription(SubscribedService Service, Wire.Messages.Subscription Message, bool IsMending);
}
