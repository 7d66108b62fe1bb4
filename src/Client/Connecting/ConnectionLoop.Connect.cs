using System.Collections.Immutable;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Client.Connecting;

/// <content>Finds the next server: after a loss among all of them, for a client that is to move among the others.</content>
internal sealed partial class ConnectionLoop
{
    private static readonly TimeSpan AllOthersWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastAttempt = TimeSpan.FromMilliseconds(200);

    /// <summary>A session with any server, however long it takes.</summary>
    private async Task<ServerSession> FindAsync(CancellationToken stop)
    {
        if (_wasConnected)
        {
            await PauseAsync(PauseAfterLoss(), stop).ConfigureAwait(false);
        }

        bool isFirst = true;
        while (true)
        {
            ImmutableArray<ServerAddress> servers = _roster.PlanRound(isFirst ? _left : null);
            RoundResult result = await TryRoundAsync(servers, isFirst, needsMajority: false, stop).ConfigureAwait(false);
            if (result.Session is { } session)
            {
                return session;
            }

            _link.ReportUnreachable(result.IsMismatch, _wasConnected, result.Text);
            await PauseAsync(result.IsMismatch ? _options.ReconnectMaximum : _backoff.Next(), stop).ConfigureAwait(false);
            isFirst = false;
        }
    }

    /// <summary>A session with another server than that of <paramref name="former"/>, which serves the client meanwhile. Null: it has closed first, or is stopping and no other
    /// one is there.</summary>
    private async Task<ServerSession?> FindElsewhereAsync(ServerSession former, CancellationToken stop)
    {
        bool needsMajority = _end is { Reason: GoAwayReason.NoMajority };
        bool isFirst = true;

        // At once, unless the client is being sent round in circles.
        bool isAtOnce = _backoff.IsFresh;
        TimeSpan pause = _backoff.Next();
        pause = isAtOnce ? TimeSpan.Zero : pause;
        while (true)
        {
            if (pause > TimeSpan.Zero)
            {
                using CancellationTokenSource closed = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(PauseAsync(pause, closed.Token), former.Closed).ConfigureAwait(false);
                await closed.CancelAsync().ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }

            if (former.Closed.IsCompleted)
            {
                return null;
            }

            _roster.Learn(former.ClusterAddresses);
            _roster.Prefer(_end?.Addresses ?? []);
            ImmutableArray<ServerAddress> servers = [.. _roster.PlanRound(former.Address).Where(address => address != former.Address)];
            RoundResult result = await TryRoundAsync(servers, isFirst, needsMajority, stop).ConfigureAwait(false);
            if (result.Session is { } session)
            {
                return session;
            }

            if (_end is { Reason: GoAwayReason.Stopping })
            {
                // No other server is there to go to: staying would only hold up the stop. What the client publishes is kept for a client that has moved.
                former.Leave();
                return null;
            }

            pause = _backoff.Next();
            isFirst = false;
        }
    }

    /// <summary>How long to wait after the end of a session: spread, because all clients of its server may have lost theirs.</summary>
    private TimeSpan PauseAfterLoss()
    {
        if (_idIsTaken)
        {
            // Two processes that take the connection from each other would do nothing else.
            _idIsTaken = false;
            return _options.ReconnectMaximum;
        }

        return _backoff.Next(_options.ReconnectSpread);
    }

    private async Task<RoundResult> TryRoundAsync(ImmutableArray<ServerAddress> planned, bool isFirst, bool needsMajority, CancellationToken stop)
    {
        TimeSpan each = isFirst && planned.Length > 1 ? ShareOfFirstRound(planned.Length) : _options.ConnectTimeout;
        bool isMismatch = false;
        string text = "no other server is known";
        ServerRound servers = new(planned);
        while (servers.TryNext(out ServerAddress address))
        {
            if (address == _former?.Address)
            {
                continue;
            }

            SessionOpening opening = await _opener.OpenAsync(address, each, needsMajority, stop).ConfigureAwait(false);
            if (opening.Session is { } session)
            {
                _roster.Connected(address);
                _roster.Learn(session.ClusterAddresses);
                return new RoundResult(session, "", IsMismatch: false);
            }

            servers.TryFirst(ServerRoster.Parse(opening.Addresses));
            isMismatch |= opening.IsMismatch || opening.IsSuperseded;
            text = $"{address}: {opening.Text}";
            _logger.ConnectFailed(address, opening.Text);
        }

        return new RoundResult(null, text, isMismatch);
    }

    // With several servers a dead one must not hold up the others.
    private TimeSpan ShareOfFirstRound(int servers)
    {
        TimeSpan share = AllOthersWithin / (servers - 1);
        share = share < LeastAttempt ? LeastAttempt : share;
        return share < _options.ConnectTimeout ? share : _options.ConnectTimeout;
    }

    /// <param name="Session">The session that was set up; null = none.</param>
    /// <param name="Text">Why there is none, of the last server that was tried.</param>
    /// <param name="IsMismatch">A server refused for a reason that time does not mend.</param>
    private readonly record struct RoundResult(ServerSession? Session, string Text, bool IsMismatch);
}
