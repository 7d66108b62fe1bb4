using System.Buffers;
using FastRegistry.Client.Connecting;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Client.Services;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Registering;

/// <summary>Registers, deregisters, and keeps what the server holds equal to what is wanted.</summary>
/// <remarks>
/// One per client; any thread. Desired state lives in the <see cref="RegistrationTable"/>. A user's request goes out by itself; whatever may have left the
/// server different from the desired state (a lost connection, an unanswered request) is mended by one batch per service that replaces everything this
/// client publishes there: on a new session before anything else of that service, else later with back-off.
/// </remarks>
internal sealed class Registrar : IDesiredState
{
    // Delegates that are created once.
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseRegisterReply = RegisterReply.Parser.ParseFrom;
    private static readonly Func<ReadOnlySequence<byte>, IMessage> ParseDeregisterReply = DeregisterReply.Parser.ParseFrom;

    private readonly ServerLink _link;
    private readonly RequestSender _sender;
    private readonly NamingClientOptions _options;
    private readonly ILogger _logger;
    private readonly RegistrationTable _table;
    private readonly RetrySchedule _retries;

    public Registrar(ServerLink link, RequestSender sender, TimingWheel wheel, NamingClientOptions options, ILogger logger)
    {
        _link = link;
        _sender = sender;
        _options = options;
        _logger = logger;
        _table = new RegistrationTable(options.Namespace, options.MaximumRegisteredServices);
        _retries = new RetrySchedule(wheel, options, Reconcile);
    }

    public IReadOnlyList<RegistrationStatus> List() => _table.List();

    /// <param name="key">The service, with its namespace.</param>
    /// <param name="instances">What to register, all or nothing.</param>
    /// <param name="single">The caller named one instance: errors name its fields without an index.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask RegisterAsync(ServiceKey key, IReadOnlyList<Instance> instances, bool single, CancellationToken cancellationToken)
    {
        InstanceRules.Check(instances, single);
        PublishedService service = _table.Begin(key);
        bool uncertain = true;
        bool partly = false;
        try
        {
            ServerSession? first = null;
            MessageType type = single ? MessageType.Register : MessageType.BatchRegister;
            IReadOnlyList<IMessage> requests = single ? [SingleRequest(key, instances[0])] : BatchRequests(key, instances);
            foreach (IMessage request in requests)
            {
                (_, ServerSession session) = await _sender.SendAsync<RegisterReply>(
                    type, request, ParseRegisterReply, cancellationToken, used => BringAsync(used, service)).ConfigureAwait(false);
                first ??= session;
                partly = true;
            }

            // Parts on an older session may be missing on the newer one.
            _table.Keep(service, instances, first!);
            uncertain = false;
        }
        catch (RegistryException failure)
        {
            uncertain = failure.MayHaveTakenEffect || partly;
            throw;
        }
        finally
        {
            if (_table.End(service, uncertain))
            {
                _retries.ScheduleRetry();
            }
        }
    }

    /// <param name="key">The service, with its namespace.</param>
    /// <param name="instances">What is no longer wanted.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask DeregisterAsync(ServiceKey key, IReadOnlyList<Instance> instances, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(instances);
        cancellationToken.ThrowIfCancellationRequested();
        _link.ThrowIfDisposed();
        DeregisterRequest request = new() { Namespace = InRequest(key), Group = key.Group, Name = key.Name };
        request.Keys.AddRange(instances.Select(static instance => instance.Identity.ToMessage()));
        ServerSession? session = _link.Current;
        if (session is not null)
        {
            session.ThrowIfTooLarge(request);
        }

        PublishedService? service = _table.Drop(key, instances, session);
        if (session is null || instances.Count == 0)
        {
            // Nothing can be sent; the next session gets what is still wanted and nothing else.
            return;
        }

        if (service is not null)
        {
            await BringAsync(session, service).ConfigureAwait(false);
        }

        CallOutcome outcome = await session
            .CallAsync(MessageType.Deregister, request, ParseDeregisterReply, _options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        if (outcome.Status == CallStatus.Replied)
        {
            if (service is not null && _table.IsUncertain(service))
            {
                _retries.ScheduleRetry();
            }

            return;
        }

        _table.MarkUncertain(key);
        _retries.ScheduleRetry();
        if (outcome.Status == CallStatus.ConnectionLost)
        {
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: true);
    }

    /// <inheritdoc/>
    public Restoration Restore(ServerSession session, RestoreWindow window)
    {
        List<PublishedService> services = _table.BeginRestore(session, out int instances);
        List<Task> answers = [];
        return new Restoration(services.Count, instances, BringAllAsync(session, services, window, answers), answers);
    }

    private async Task BringAllAsync(ServerSession session, List<PublishedService> services, RestoreWindow window, List<Task> answers)
    {
        foreach (PublishedService service in services)
        {
            await window.EnterAsync().ConfigureAwait(false);

            // A user's request may have brought it in the meantime, as its first one for that service must not come before.
            Task answer = session.IsUsable && _table.TryBring(service, session, out _) is { } replacement ? ReplaceAsync(session, replacement) : Task.CompletedTask;
            answers.Add(window.ExitAfterAsync(answer));
        }
    }

    /// <summary>Before a user's request for a service goes out on a session: what was published before has gone out on it, so that it undoes nothing.</summary>
    private async ValueTask BringAsync(ServerSession session, PublishedService service)
    {
        if (_table.TryBring(service, session, out Replacement? sending) is { } replacement)
        {
            _ = ReplaceAsync(session, replacement);
            sending = replacement;
        }

        if (sending is not null)
        {
            await sending.Sent.ConfigureAwait(false);
        }
    }

    private void Reconcile()
    {
        if (_table.TakeReplacements(out List<Replacement> replacements) is { } session)
        {
            foreach (Replacement replacement in replacements)
            {
                _ = ReplaceAsync(session, replacement);
            }
        }
    }

    private async Task ReplaceAsync(ServerSession session, Replacement replacement)
    {
        CallOutcome outcome;
        try
        {
            outcome = await SendPartsAsync(session, replacement).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Such as a text that cannot be encoded. Without an end, the service would never be brought to a server again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _logger.RestoreFailed(replacement.Service.Key, fault.Message);
            outcome = new CallOutcome(CallStatus.MalformedReply);
        }
        finally
        {
            _table.Sent(replacement);
        }

        if (outcome.Status == CallStatus.Replied)
        {
            if (_table.End(replacement, again: false, failure: null))
            {
                _retries.ScheduleRetry();
            }
            else
            {
                _retries.Reset();
            }

            return;
        }

        RegistryException failure = RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: true);
        bool forGood = failure.IsPermanent;
        if (forGood)
        {
            _logger.RegistrationRefused(replacement.Service.Key, failure);
        }
        else if (outcome.Status != CallStatus.ConnectionLost)
        {
            _logger.RestoreFailed(replacement.Service.Key, failure.Message);
        }

        // After a lost connection the next session begins with everything; until then there is nowhere to send it.
        if (_table.End(replacement, again: !forGood, forGood ? failure : null) && session.IsUsable)
        {
            _retries.ScheduleRetry(failure.RetryAfter);
        }
    }

    /// <summary>Sends the parts of a set one after the other, each when the server has the one before: the last one takes away what no part has named.</summary>
    private async ValueTask<CallOutcome> SendPartsAsync(ServerSession session, Replacement replacement)
    {
        foreach (BatchRegisterRequest part in replacement.Requests.SkipLast(1))
        {
            CallOutcome outcome = await CallAsync(session, part).ConfigureAwait(false);
            if (outcome.Status != CallStatus.Replied)
            {
                return outcome;
            }
        }

        ValueTask<CallOutcome> last = CallAsync(session, replacement.Requests[^1]);
        _table.Sent(replacement);
        return await last.ConfigureAwait(false);
    }

    private ValueTask<CallOutcome> CallAsync(ServerSession session, BatchRegisterRequest request) => session.CallAsync(
        MessageType.BatchRegister, request, ParseRegisterReply, _options.RequestTimeout, CancellationToken.None);

    private RegisterRequest SingleRequest(ServiceKey key, Instance instance) =>
        new() { Namespace = InRequest(key), Group = key.Group, Name = key.Name, Instance = instance.ToMessage() };

    private List<BatchRegisterRequest> BatchRequests(ServiceKey key, IReadOnlyList<Instance> instances)
    {
        BatchRegisterRequest template = new() { Namespace = InRequest(key), Group = key.Group, Name = key.Name };
        int maximumBytes = _link.Current?.MaximumRequestBytes ?? WireLimits.MaximumBodyBytes;
        List<BatchRegisterRequest> whole = RegistrationParts.Cut(template, instances, maximumBytes, _table.NextSet());
        return whole.Count == 1 ? whole : RegistrationParts.Cut(template, instances, Math.Min(RegistrationParts.PartBytes, maximumBytes), _table.NextSet());
    }

    private string InRequest(ServiceKey key) => key.Namespace == _options.Namespace ? "" : key.Namespace!;
}
