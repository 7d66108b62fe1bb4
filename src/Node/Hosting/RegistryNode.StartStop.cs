using System.Net;
using System.Net.Sockets;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Sessions;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Node.Hosting;

/// <content>The node's life: background work, the listener, ready, and the stop in order.</content>
internal sealed partial class RegistryNode
{
    /// <summary>Begins the background work without a listener.</summary>
    public void StartWorkers()
    {
        _wheelDriver = new WheelDriver(Wheel);
        Events.Start();
        _workers.AddRange(Push.Workers.Select(worker => KeepRunning(worker.RunAsync)));
        for (int i = 0; i < Options.Workers.Requests; i++)
        {
            _workers.Add(KeepRunning(Requests.RunAsync));
        }

        foreach (WatchedFile? file in (ReadOnlySpan<WatchedFile?>)[RulesFile, LabelsFile])
        {
            if (file is not null)
            {
                // Before anybody is accepted; nothing else runs it yet.
                file.Step();
                _workers.Add(KeepRunning(file.RunAsync));
            }
        }
    }

    /// <summary>Binds the client listener.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    /// <exception cref="IOException">No descriptor is left.</exception>
    public void Bind()
    {
        _listener = ClientListener.Bind(Options.ClientTransport, Resources, Acceptor, this, _timeProvider, _log.TransportFault);

        // "Any address" is none that a client could go to.
        IPAddress address = _listener.LocalEndPoint.Address;
        bool anyAddress = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        Services.SetupReplies.State = new ClusterState(SeesMajority: true, anyAddress ? [] : [_listener.LocalEndPoint.ToString()]);
    }

    /// <summary>Begins to accept; from now on the node is ready.</summary>
    public void Start()
    {
        new WarmUp(Registry, Wheel, Requests, _log).Start(Options.Deadlines.WarmUp);

        // Before the first client is let in: it would be told that the node is starting, and a listener that fails at once would not be noticed.
        Status.Report(ServerStatus.Up);
        Volatile.Write(ref _state, (int)NodeState.Ready);
        _listener?.Start();
    }

    /// <summary>Puts rules in force; who is beyond them is asked to leave.</summary>
    public void Apply(ConnectionRules rules)
    {
        Services.Limits.Replace(rules);
        _ruleShedder.Start(() => SheddingPolicy.BeyondRules(Services.Sessions, Services.Limits));
    }

    /// <summary>Accepts nothing more, asks clients to leave with a spread, waits for them up to the drain deadline, closes the rest.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _state, (int)NodeState.Stopping) == (int)NodeState.Stopping)
        {
            return;
        }

        if (_listener is not null)
        {
            await _listener.StopAcceptingAsync().ConfigureAwait(false);
        }

        Services.Sessions.Close();
        Push.End();
        _log.Stopping(Services.Sessions.Count);
        SessionDrain drain = new(Services.Sessions, Options.Deadlines, _timeProvider);
        int closed = await drain.RunAsync(cancellationToken).ConfigureAwait(false);
        _log.Stopped(closed);
        if (_listener is not null)
        {
            // Before the workers: the sessions it ends have something to tell.
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        await StopWorkersAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _stopping.Dispose();
        Metrics.Dispose();
        Events.Dispose();
    }

    void IAcceptObserver.AcceptFailed(AcceptErrorTier tier, SocketError error, TimeSpan backOff) => _log.AcceptFailed(tier, error.ToString(), backOff);

    void IAcceptObserver.ListenerFailed(SocketError error)
    {
        // Whoever asks for readiness is told.
        Interlocked.CompareExchange(ref _state, (int)NodeState.Failed, (int)NodeState.Ready);
        _log.ListenerFailed(error.ToString());
    }

    private async Task StopWorkersAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_workers).ConfigureAwait(false);
        if (_wheelDriver is not null)
        {
            await _wheelDriver.DisposeAsync().ConfigureAwait(false);
        }

        // Last: until here there was something to tell.
        await Events.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a worker on the thread pool until the node stops. One item that fails costs that item, not everything behind it.</summary>
    private async Task KeepRunning(Func<CancellationToken, Task> worker)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Run(() => worker(_stopping.Token)).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The item that failed is gone; the log has the exception, and the worker goes on with the next.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _log.WorkerFault(fault);
            }
        }
    }
}
