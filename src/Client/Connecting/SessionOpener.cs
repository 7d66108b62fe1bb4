using System.Collections.Immutable;
using System.Security.Cryptography;
using FastRegistry.Client.Configuration;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>What became of an attempt to connect.</summary>
/// <param name="Session">The session, when it worked.</param>
/// <param name="Reply">The server's answer to the set-up, when it worked.</param>
/// <param name="Text">Why it did not.</param>
/// <param name="SentAway">The goaway the server said instead of an answer; null = none.</param>
/// <param name="IsMismatch">Retrying is pointless: client and server are incompatible.</param>
internal readonly record struct SessionOpening(ServerSession? Session, SetupReply? Reply, string Text, SessionEnd? SentAway = null, bool IsMismatch = false)
{
    /// <summary>Another process connects under the id of this client.</summary>
    public bool IsSuperseded => SentAway is { Reason: GoAwayReason.Superseded };

    /// <summary>Where the server that refused wants the client to go.</summary>
    public ImmutableArray<string> Addresses => SentAway?.Addresses ?? [];
}

/// <summary>Reaches one server and sets up a session with it. One per client, used by its connection loop.</summary>
internal sealed class SessionOpener
{
    private const int ClientInstanceIdBytes = 16;

    private readonly IServerConnector _connector;
    private readonly NamingClientOptions _options;
    private readonly IPushSink _sink;
    private readonly TimingWheel _wheel;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SetupRequest _request;
    private ulong _lastNumber;

    public SessionOpener(
        IServerConnector connector, NamingClientOptions options, IPushSink sink, TimingWheel wheel, TimeProvider time, ILogger logger)
    {
        _connector = connector;
        _options = options;
        _sink = sink;
        _wheel = wheel;
        _time = time;
        _logger = logger;
        _request = CreateRequest(options);
    }

    /// <summary>Number of the newest connection that was tried. Of two connections of a client the higher number wins, whatever the order in which they
    /// reach the cluster.</summary>
    public ulong LastNumber => _lastNumber;

    /// <summary>One attempt; fails by value.</summary>
    /// <param name="address">The server.</param>
    /// <param name="timeout">For reaching it and for its answer together.</param>
    /// <param name="needsMajority">Only a server that sees most of its cluster will do.</param>
    /// <param name="stop">The client is being disposed.</param>
    public async ValueTask<SessionOpening> OpenAsync(ServerAddress address, TimeSpan timeout, bool needsMajority, CancellationToken stop)
    {
        long startedAt = _wheel.Now;
        Connection connection;
        try
        {
            connection = await ReachAsync(address, timeout, stop).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Any fault of a transport means that this server cannot be reached now; the text goes to the log.
        catch (Exception fault) when (!stop.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new SessionOpening(null, null, fault is OperationCanceledException ? "not reached in time" : fault.Message);
        }

        _lastNumber++;
        ServerSession session;
        try
        {
            session = new ServerSession(connection, address, _lastNumber, _wheel, _options, _sink, _logger);
        }
        catch (InvalidOperationException full)
        {
            connection.Abort(CloseReason.Aborted);
            return new SessionOpening(null, null, full.Message);
        }

        SessionOpening opening = default;
        try
        {
            TimeSpan left = timeout - TimeSpan.FromMilliseconds(_wheel.Now - startedAt);
            opening = await SetUpAsync(session, left, needsMajority, stop).ConfigureAwait(false);
            return opening;
        }
        finally
        {
            if (opening.Session is null)
            {
                session.Abort("set-up failed");
            }
        }
    }

    private async ValueTask<Connection> ReachAsync(ServerAddress address, TimeSpan timeout, CancellationToken stop)
    {
        using CancellationTokenSource timed = new(timeout, _time);
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(timed.Token, stop);
        return await _connector.ConnectAsync(address, linked.Token).ConfigureAwait(false);
    }

    private async ValueTask<SessionOpening> SetUpAsync(ServerSession session, TimeSpan timeout, bool needsMajority, CancellationToken stop)
    {
        Task<CallOutcome> answer = session.SetUpAsync(NumberedRequest(session.Number), timeout, stop).AsTask();
        await Task.WhenAny(answer, session.Leaving).ConfigureAwait(false);
        if (!answer.IsCompleted)
        {
            // A goaway instead of an answer; closing ends the call.
            SessionEnd end = await session.Leaving.ConfigureAwait(false);
            session.Abort("sent away");
            await answer.ConfigureAwait(false);
            return new SessionOpening(null, null, $"{end.Reason} {end.Text}", end, end.IsMismatch);
        }

        CallOutcome outcome = await answer.ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        switch (outcome)
        {
            case { Status: CallStatus.Replied, Reply: SetupReply reply }:
                if (needsMajority && !reply.SeesMajority)
                {
                    return new SessionOpening(null, null, "it does not see a majority of its cluster");
                }

                session.Accepted(reply);
                return new SessionOpening(session, reply, "");

            case { Status: CallStatus.Refused, Error: { } error }:
                return new SessionOpening(null, null, $"{(ErrorCode)error.Code} {error.Field} {error.Text}", IsMismatch: !error.Retryable);

            default:
                // The goaway and the end of the connection may have been found together.
                SessionEnd? seen = session.Leaving.IsCompleted ? await session.Leaving.ConfigureAwait(false) : null;
                return new SessionOpening(null, null, seen?.Text ?? $"set-up: {outcome.Status}", seen, seen is { IsMismatch: true });
        }
    }

    private SetupRequest NumberedRequest(ulong number)
    {
        SetupRequest request = _request.Clone();
        request.ConnectionNumber = number;
        return request;
    }

    private static SetupRequest CreateRequest(NamingClientOptions options)
    {
        SetupRequest request = new()
        {
            ClientName = options.ClientName,
            ClientVersion = $"FastRegistry.Client/{typeof(SessionOpener).Assembly.GetName().Version?.ToString(3)}",
            ClientInstanceId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(ClientInstanceIdBytes)),
            DefaultNamespace = options.Namespace,
            Capabilities = (ulong)Capabilities.All,
            Limits = new Limits
            {
                Streams = (uint)StreamLimits.Default.Streams,
                StreamBytes = (ulong)StreamLimits.Default.Bytes,
                StreamCreditBytes = (uint)StreamLimits.Default.CreditBytes,
            },
        };
        foreach ((string key, string value) in options.Labels)
        {
            request.Labels.Add(new Label { Key = key, Value = value });
        }

        return request;
    }
}
