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
    /// <summary>Sends the whole desired state on a new session, without waiting for the answers.</summary>
    void Restore(ServerSession session);
}

/// <summary>Keeps the client connected: picks servers, backs off, brings registrations and subscriptions to each new session.</summary>
/// <remarks>
/// One per client, one task, which ends when the client is disposed. Waits through the time provider; it is the only user of the roster and the back-off.
/// </remarks>
internal sealed class ConnectionLoop
{
    // Sessions that were left and may still answer; the oldest ends when there are more.
    private const int MaximumRetiring = 4;
    private static readonly TimeSpan AllOthersWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastAttempt = TimeSpan.FromMilliseconds(200);

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
            ServerSession? left = null;
            while (true)
            {
                left = await UseAsync(await ConnectAsync(left, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || _link.State == ConnectionState.Disposed)
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

    /// <summary>Works with a session until it is of no more use.</summary>
    private async Task<ServerSession> UseAsync(ServerSession session, CancellationToken stop)
    {
        long since = _wheel.Now;
        _wasConnected = true;

        // Before anybody else can send on it: what this client publishes comes first, so that no later request is undone by it.
        _registrations.Restore(session);
        if (!_link.TryPublish(session))
        {
            session.Abort("the client was disposed");
            throw new OperationCanceledException(stop);
        }

        _subscriptions.Restore(session);
        _logger.Connected(session.Address);

        SessionEnd end = await session.Leaving.WaitAsync(stop).ConfigureAwait(false);
        _link.Withdraw(session, end.Text);
        _logger.Disconnected(session.Address, end.Reason, end.Text);
        _roster.Prefer(end.Addresses);
        session.Retire(_options.RequestTimeout);
        _retiring.Enqueue(session);
        if (_retiring.Count > MaximumRetiring)
        {
            _retiring.Dequeue().Abort("left for another connection");
        }

        // A server that accepts and then sends away at once must not be asked in a tight loop.
        if (_wheel.Now - since >= (long)_options.ReconnectMaximum.TotalMilliseconds)
        {
            _backoff.Reset();
        }

        return session;
    }

    private async Task<ServerSession> ConnectAsync(ServerSession? left, CancellationToken stop)
    {
        SessionEnd? end = left is null ? null : await left.Leaving.ConfigureAwait(false);
        ImmutableArray<ServerAddress> round = _roster.PlanRound(end is { PointsElsewhere: true } ? left!.Address : null);
        bool elsewhereAtOnce = end is { PointsElsewhere: true } && round.Length > 1 && _backoff.IsFresh;
        if (end is not null)
        {
            TimeSpan pause = _backoff.Next();
            if (!elsewhereAtOnce)
            {
                await PauseAsync(pause, stop).ConfigureAwait(false);
            }
        }

        bool first = true;
        while (true)
        {
            TimeSpan each = first && round.Length > 1 ? ShareOfFirstRound(round.Length) : _options.ConnectTimeout;
            bool needsMajority = first && end is { Reason: GoAwayReason.NoMajority };
            bool mismatch = false;
            string text = "";
            ServerRound servers = new(round);
            while (servers.TryNext(out ServerAddress address))
            {
                SessionOpening opening = await _opener.OpenAsync(address, each, needsMajority, stop).ConfigureAwait(false);
                if (opening.Session is { } session)
                {
                    _roster.Connected(address, opening.Reply!.ClientAddresses);
                    return session;
                }

                servers.TryFirst(ServerRoster.Parse(opening.Addresses));
                mismatch |= opening.IsMismatch;
                text = $"{address}: {opening.Text}";
                _logger.ConnectFailed(address, opening.Text);
            }

            _link.ReportUnreachable(mismatch, _wasConnected, text);
            await PauseAsync(mismatch ? _options.ReconnectMaximum : _backoff.Next(), stop).ConfigureAwait(false);
            first = false;
            round = _roster.PlanRound(leaving: null);
        }
    }

    // With several servers a dead one must not hold up the others.
    private TimeSpan ShareOfFirstRound(int servers)
    {
        TimeSpan share = AllOthersWithin / (servers - 1);
        share = share < LeastAttempt ? LeastAttempt : share;
        return share < _options.ConnectTimeout ? share : _options.ConnectTimeout;
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken stop) => Task.Delay(pause, _time, stop);
}
