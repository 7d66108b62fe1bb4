using System.Collections.Immutable;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Timing;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>What the client wants a server to hold. The connection loop has it brought to every new session.</summary>
internal interface IDesiredState
{
    /// <summary>Begins to send the whole desired state on a new session: as much at once as the window has places, the rest as answers come.</summary>
    Restoration Restore(ServerSession session, RestoreWindow window);
}

/// <summary>Keeps the client connected: picks servers, backs off, brings registrations and subscriptions to each new session.</summary>
/// <remarks>
/// One per client, one task, which ends when the client is disposed and not before: an exception that nobody expects costs one wait of the back-off. Waits through
/// the time provider; it is the only user of the roster and the back-off. <c>ConnectionLoop.Connect.cs</c> finds the next server; this file uses the session.
/// <code>
///  lost ──► wait (spread) ──► rounds over the servers ──► session ──► restore ──► in use
///                                                                                   │
///   closed by the server ◄── stays in use ◄── rounds over the others ◄── wants the client elsewhere
///            │                                        │
///          lost                        session ──► restore ──► leave the former
/// </code>
/// </remarks>
internal sealed partial class ConnectionLoop
{
    // Sessions that were left and may still answer; the oldest ends when there are more.
    private const int MaximumRetiring = 4;

    private readonly NamingClientOptions _options;
    private readonly SessionOpener _opener;
    private readonly ServerRoster _roster;
    private readonly ServerLink _link;
    private readonly IDesiredState _registrations;
    private readonly IDesiredState _subscriptions;
    private readonly TimingWheel _wheel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReconnectBackoff _backoff;
    private readonly Queue<ServerSession> _retiring = new();

    // Still in use although its server wants the client elsewhere.
    private ServerSession? _former;

    // Why the last session ended; null at first and while one is in use.
    private SessionEnd? _end;
    private ServerAddress? _left;
    private bool _idIsTaken;
    private bool _wasConnected;

    public ConnectionLoop(
        NamingClientOptions options,
        ImmutableArray<ServerAddress> servers,
        SessionOpener opener,
        ServerLink link,
        IDesiredState registrations,
        IDesiredState subscriptions,
        TimingWheel wheel,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _opener = opener;
        _roster = new ServerRoster(servers, Random.Shared);
        _link = link;
        _registrations = registrations;
        _subscriptions = subscriptions;
        _wheel = wheel;
        _time = time;
        _logger = logger;
        _backoff = new ReconnectBackoff(options.ReconnectMinimum, options.ReconnectMaximum, Random.Shared);
    }

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                try
                {
                    await RunOnceAsync(stop).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Nobody else would connect again: whatever it is, it must not end the loop.
                catch (Exception fault) when (!IsOver(stop))
#pragma warning restore CA1031
                {
                    _logger.ConnectingFailed(fault);
                    await PauseAsync(_backoff.Next(), stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (IsOver(stop))
        {
            // Disposed.
        }
        finally
        {
            while (_retiring.TryDequeue(out ServerSession? session))
            {
                session.Abort("the client was disposed");
            }
        }
    }

    private bool IsOver(CancellationToken stop) => stop.IsCancellationRequested || _link.State == ConnectionState.Disposed;

    /// <summary>Finds the next session and works with it until its server is of no more use, or wants the client elsewhere.</summary>
    private async Task RunOnceAsync(CancellationToken stop)
    {
        ServerSession? found = _former is { } former ? await FindElsewhereAsync(former, stop).ConfigureAwait(false) : await FindAsync(stop).ConfigureAwait(false);
        if (found is not { } session)
        {
            // The server that wanted the client elsewhere has closed first.
            Part(_former!, new SessionEnd(GoAwayReason.None, "closed while no other server was reached", []));
            return;
        }

        long since = _wheel.Now;
        bool isParted = false;
        try
        {
            _end = await UseAsync(session, stop).ConfigureAwait(false);
            _roster.Prefer(_end.Addresses);
            if (_end.Reason == GoAwayReason.Superseded && _opener.LastNumber == session.Number)
            {
                _idIsTaken = true;
                _logger.IdIsTaken(session.Address);
            }

            if (_end.PointsElsewhere && session.IsUsable)
            {
                _former = session;
                isParted = true;
            }
        }
        finally
        {
            if (!isParted && !IsOver(stop))
            {
                Part(session, _end ?? new SessionEnd(GoAwayReason.None, "the client failed", []));
            }

            // A server that accepts and then sends away at once must not be asked in a tight loop.
            if (_wheel.Now - since >= (long)_options.ReconnectMaximum.TotalMilliseconds)
            {
                _backoff.Reset();
            }
        }
    }

    /// <summary>Brings what the client wants to a session, leaves the former one for it, and waits for its end.</summary>
    private async Task<SessionEnd> UseAsync(ServerSession session, CancellationToken stop)
    {
        _wasConnected = true;
        _end = null;
        RestoreWindow window = new(session);

        // Before anybody else can send on it: what this client publishes comes first, so that no later request is undone by it.
        Restoration registrations = _registrations.Restore(session, window);
        if (!_link.TryPublish(session))
        {
            session.Abort("the client was disposed");
            throw new OperationCanceledException(stop);
        }

        Task restored = RestoreAsync(session, registrations, window);
        _logger.Connected(session.Address);
        if (_former is { } former)
        {
            _former = null;
            try
            {
                await Task.WhenAny(restored, session.Leaving, former.Closed).WaitAsync(stop).ConfigureAwait(false);
            }
            finally
            {
                former.Leave();
                Retire(former);
            }

            _logger.Moved(former.Address, session.Address);
        }

        return await session.Leaving.WaitAsync(stop).ConfigureAwait(false);
    }

    private async Task RestoreAsync(ServerSession session, Restoration registrations, RestoreWindow window)
    {
        long startedAt = _wheel.Now;
        await registrations.Sent.ConfigureAwait(false);
        Restoration subscriptions = _subscriptions.Restore(session, window);
        await subscriptions.Sent.ConfigureAwait(false);
        await Task.WhenAll(registrations.Answers.Concat(subscriptions.Answers)).ConfigureAwait(false);
        if (registrations.Services + subscriptions.Services > 0 && session.IsUsable)
        {
            _logger.Restored(session.Address, _wheel.Now - startedAt, registrations.Services, registrations.Instances, subscriptions.Services);
        }
    }

    /// <summary>A session is of no more use. Answers that are under way may still come.</summary>
    private void Part(ServerSession session, SessionEnd end)
    {
        if (_former == session)
        {
            _former = null;
        }

        _link.Withdraw(session, end.Text);
        _end = end;
        _left = session.WantsClientElsewhere ? session.Address : null;
        _roster.Learn(session.ClusterAddresses);
        Retire(session);
        _logger.Disconnected(session.Address, end.Reason, end.Text);
    }

    private void Retire(ServerSession session)
    {
        session.Retire(_options.RequestTimeout);
        _retiring.Enqueue(session);
        if (_retiring.Count > MaximumRetiring)
        {
            _retiring.Dequeue().Abort("left for another connection");
        }
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken stop) => Task.Delay(pause, _time, stop);
}
