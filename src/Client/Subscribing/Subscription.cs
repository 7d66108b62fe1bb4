using System.Collections.Immutable;
using System.Threading.Channels;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Client.Subscribing;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client;

/// <summary>One subscriber of a service. Dispose it to unsubscribe; a callback that is running then finishes, and no other starts.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The service, as the subscriber named it.</summary>
    ServiceKey Service { get; }

    /// <summary>The instances the callback was told last; empty before the first call.</summary>
    ImmutableArray<Instance> Instances { get; }
}

/// <summary>A callback and the task that calls it. Made by the client, ended by its user or with the client.</summary>
/// <remarks>The task is the only one that runs user code for this subscription; it takes lists from its <see cref="ServiceView"/>.</remarks>
internal sealed class Subscription : ISubscription
{
    private readonly SubscriptionTable _table;
    private readonly SubscribedService _service;
    private readonly ServiceView _view;
    private readonly Func<ServiceChange, CancellationToken, ValueTask> _onChange;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private ServiceChange? _notified;
    private int _disposed;

    public Subscription(
        SubscriptionTable table, SubscribedService service, ServiceView view, Func<ServiceChange, CancellationToken, ValueTask> onChange, ILogger logger)
    {
        _table = table;
        _service = service;
        _view = view;
        _onChange = onChange;
        _logger = logger;
    }

    public ServiceKey Service => _view.Service;

    public ImmutableArray<Instance> Instances => Volatile.Read(ref _notified)?.Instances ?? [];

    /// <summary>Begins to call back. The task ends with the subscription.</summary>
    public void Start() => _ = Task.Run(RunAsync);

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _table.Leave(_service, _view);
            _ended.Cancel();

            // The task may be inside the callback that disposes: it is not waited for. The source has no timer and needs no disposal.
        }

        return ValueTask.CompletedTask;
    }

    private async Task RunAsync()
    {
        CancellationToken ended = _ended.Token;
        while (!ended.IsCancellationRequested)
        {
            try
            {
                ServiceSnapshot snapshot = await _view.ReadAsync(ended).ConfigureAwait(false);
                if (_view.Advance(snapshot) is { } change && !ended.IsCancellationRequested)
                {
                    Volatile.Write(ref _notified, change);
                    await _onChange(change, ended).ConfigureAwait(false);
                }
            }
            catch (ChannelClosedException)
            {
                return;
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // User code: whatever it throws must not end the subscription.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _logger.SubscriberFailed(Service, fault);
            }
        }
    }
}
