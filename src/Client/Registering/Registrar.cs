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
/// client publishes there: at once on a new session, else later with back-off.
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
        try
        {
            (_, ServerSession session) = single
                ? await _sender.SendAsync<RegisterReply>(
                    MessageType.Register, SingleRequest(key, instances[0]), ParseRegisterReply, cancellationToken).ConfigureAwait(false)
                : await _sender.SendAsync<RegisterReply>(
                    MessageType.BatchRegister, BatchRequest(key, instances), ParseRegisterReply, cancellationToken).ConfigureAwait(false);
            _table.Keep(service, instances, session == _link.Current);
            uncertain = false;
        }
        catch (RegistryException failure)
        {
            uncertain = failure.MayHaveTakenEffect;
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

        _table.Drop(key, instances, session is not null);
        if (session is null || instances.Count == 0)
        {
            // Nothing can be sent; the next session gets what is still wanted and nothing else.
            return;
        }

        CallOutcome outcome = await session
            .CallAsync(MessageType.Deregister, request, ParseDeregisterReply, _options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        if (outcome.Status == CallStatus.Replied)
        {
            return;
        }

        _table.MarkUncertain(key);
        if (outcome.Status == CallStatus.ConnectionLost)
        {
            if (_link.Current is not null)
            {
                _retries.ScheduleRetry();
            }

            return;
        }

        _retries.ScheduleRetry();
        cancellationToken.ThrowIfCancellationRequested();
        throw RegistryException.ForOutcome(outcome, _options.RequestTimeout, mayHaveTakenEffect: true);
    }

    /// <summary>Sends the whole desired state on a session nobody else uses yet, without waiting for the answers.</summary>
    public void Restore(ServerSession session)
    {
        List<Replacement> replacements = _table.TakeReplacements(isNewSession: true);
        _logger.Restoring(replacements.Count, session.Address);
        foreach (Replacement replacement in replacements)
        {
            _ = ReplaceAsync(session, replacement, isNewSession: true);
        }
    }

    private void Reconcile()
    {
        if (_link.Current is { } session)
        {
            foreach (Replacement replacement in _table.TakeReplacements(isNewSession: false))
            {
                _ = ReplaceAsync(session, replacement, isNewSession: false);
            }
        }
    }

    private async Task ReplaceAsync(ServerSession session, Replacement replacement, bool isNewSession)
    {
        Task<CallOutcome>[] answers = [.. replacement.Requests.Select(request => session.CallAsync(
            MessageType.BatchRegister, request, ParseRegisterReply, _options.RequestTimeout, CancellationToken.None).AsTask())];
        if (!isNewSession)
        {
            _table.Sent(replacement);
        }

        CallOutcome[] outcomes = await Task.WhenAll(answers).ConfigureAwait(false);
        CallOutcome outcome = Array.Find(outcomes, static outcome => outcome.Status != CallStatus.Replied);
        if (Array.TrueForAll(outcomes, static outcome => outcome.Status == CallStatus.Replied))
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
        else
        {
            _logger.RestoreFailed(replacement.Service.Key, failure.Message);
        }

        // After a lost connection the next session begins with everything; until then there is nowhere to send it.
        if (_table.End(replacement, again: !forGood, forGood ? failure : null) && _link.Current is not null)
        {
            _retries.ScheduleRetry(failure.RetryAfter);
        }
    }

    private RegisterRequest SingleRequest(ServiceKey key, Instance instance) =>
        new() { Namespace = InRequest(key), Group = key.Group, Name = key.Name, Instance = instance.ToMessage() };

    private BatchRegisterRequest BatchRequest(ServiceKey key, IReadOnlyList<Instance> instances)
    {
        BatchRegisterRequest request = new() { Namespace = InRequest(key), Group = key.Group, Name = key.Name };
        request.Instances.AddRange(instances.Select(static instance => instance.ToMessage()));
        return request;
    }

    private string InRequest(ServiceKey key) => key.Namespace == _options.Namespace ? "" : key.Namespace!;
}
