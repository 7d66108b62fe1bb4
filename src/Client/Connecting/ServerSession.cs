using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Client.Configuration;
using FastRegistry.Client.Diagnostics;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>Why a session can no longer be used for new requests: a goaway or the loss of the connection.</summary>
/// <param name="Reason">The goaway's reason; <see cref="GoAwayReason.None"/> for a loss.</param>
/// <param name="Text">For people.</param>
/// <param name="Addresses">Where the server wants the client to go.</param>
internal sealed record SessionEnd(GoAwayReason Reason, string Text, ImmutableArray<string> Addresses)
{
    /// <summary>Retrying is pointless: client and server are incompatible.</summary>
    public bool IsMismatch => Reason is GoAwayReason.UnsupportedVersion or GoAwayReason.BadPreface or GoAwayReason.MissingCapability;

    /// <summary>The server is fine and wants the client elsewhere, or is about to stop in good order: it serves the client until it has moved.</summary>
    public bool PointsElsewhere => Reason is GoAwayReason.Stopping or GoAwayReason.Move or GoAwayReason.NoMajority or GoAwayReason.LimitExceeded;
}

/// <summary>The client's end of one connection: sets the session up, sends requests within the server's limits, completes their answers, hands pushed lists to
/// the sink, watches for silence, acknowledges pushes when asked, and reports when the session is over.</summary>
/// <remarks>
/// <para>
/// The connection loop creates one session per connection and never reuses it. Its life: <see cref="SetUpAsync"/>, <see cref="Accepted"/>, requests from any
/// thread, then <see cref="Leaving"/> completes (goaway or loss), and <see cref="Closed"/> completes when the connection is gone. A server that only wants the
/// client elsewhere goes on serving it: <see cref="IsUsable"/> stays true until the client has moved or the connection is gone.
/// </para>
/// <para>
/// Parts: this file sends; <c>ServerSession.Receive.cs</c> is the receive path, entered by one thread at a time; <c>ServerSession.Deadlines.cs</c> holds the
/// session's times, which the wheel's thread evaluates. The only lock is the short one of the deadlines; under it only the wheel is called.
/// </para>
/// </remarks>
internal sealed partial class ServerSession
{
    private const int DefaultOutstandingRequests = 1024;

    private readonly Connection _connection;
    private readonly TimingWheel _wheel;
    private readonly IPushSink _sink;
    private readonly ILogger _logger;
    private readonly PendingCallTable _calls;
    private readonly TaskCompletionSource<SessionEnd> _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isEnding;
    private volatile bool _wantsClientElsewhere;
    private bool _seesMajority;
    private bool _isStarted;
    private int _maximumRequestBytes = WireLimits.MaximumBodyBytes;
    private ImmutableArray<ServerAddress> _clusterAddresses = [];

    /// <exception cref="InvalidOperationException">The wheel has no room for the deadlines of another session.</exception>
    public ServerSession(
        Connection connection, ServerAddress address, ulong number, TimingWheel wheel, NamingClientOptions options, IPushSink sink, ILogger logger)
    {
        _connection = connection;
        _wheel = wheel;
        _sink = sink;
        _logger = logger;
        Address = address;
        Number = number;
        _pingAfter = (int)options.PingAfter.TotalMilliseconds;
        _pingTimeout = (int)options.PingTimeout.TotalMilliseconds;
        _calls = new PendingCallTable(wheel, options.MaximumOutstandingRequests, Abandon, SendRequest);
        if (!wheel.TryAllocate(this, out _entry))
        {
            _calls.Close();
            throw new InvalidOperationException("no room for the deadlines of another session");
        }
    }

    public ServerAddress Address { get; }

    /// <summary>Number of the connection among those of this client; the higher one wins.</summary>
    public ulong Number { get; }

    /// <summary>Completes with the first goaway or, without one, when the connection is gone.</summary>
    public Task<SessionEnd> Leaving => _leaving.Task;

    /// <summary>Completes when the connection is gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>New requests may be sent.</summary>
    public bool IsUsable => !_isEnding;

    /// <summary>The server has said that the client is to go elsewhere.</summary>
    public bool WantsClientElsewhere => _wantsClientElsewhere;

    /// <summary>Largest body of a request that the server takes.</summary>
    public int MaximumRequestBytes => Volatile.Read(ref _maximumRequestBytes);

    /// <summary>Requests that may be without an answer at a time, as the server said.</summary>
    public int MaximumOutstandingRequests => _calls.Limit;

    /// <summary>The client listeners of the cluster, as the server said last.</summary>
    public ImmutableArray<ServerAddress> ClusterAddresses
    {
        get => ImmutableInterlocked.InterlockedCompareExchange(ref _clusterAddresses, default, default);
        private set => ImmutableInterlocked.InterlockedExchange(ref _clusterAddresses, value);
    }

    /// <summary>Begins to receive, sends preface and set-up together, and waits for the answer.</summary>
    public ValueTask<CallOutcome> SetUpAsync(SetupRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The server pauses reading while its output is behind; if both ends paused, they could deadlock.
        _connection.PausesAboveHighWaterMark = false;
        _isStarted = true;
        _connection.Start(this);
        ValueTask<CallOutcome> answer = _calls.Begin(SetupReply.Parser.ParseFrom, timeout, out ulong correlationId, cancellationToken);
        if (correlationId != 0)
        {
            BatchWriter batch = _connection.RentBatch();
            Preface.Write(batch.GetSpan(Preface.Size));
            batch.Advance(Preface.Size);
            batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, correlationId, request);
            Send(batch);
        }

        return answer;
    }

    /// <summary>The server accepted the set-up: from now on its limits are kept and silence is watched.</summary>
    public void Accepted(SetupReply reply)
    {
        uint requestBytes = reply.Limits?.RequestBytes ?? 0;
        if (requestBytes > 0)
        {
            Volatile.Write(ref _maximumRequestBytes, (int)Math.Min(requestBytes, WireLimits.MaximumBodyBytes));
        }

        uint outstanding = reply.Limits?.OutstandingRequests ?? 0;
        _calls.Limit = outstanding == 0 ? DefaultOutstandingRequests : (int)Math.Min(outstanding, int.MaxValue);
        _seesMajority = reply.SeesMajority;
        Learn(reply.SeesMajority, reply.ClientAddresses);
        StartDeadlines();
    }

    /// <exception cref="RegistryException">The body is larger than the server accepts; the server would close the connection over it.</exception>
    public void ThrowIfTooLarge(IMessage request)
    {
        int bytes = request.CalculateSize();
        if (bytes > MaximumRequestBytes)
        {
            throw RegistryException.Invalid("instances", $"the request has {bytes} bytes, the server takes {MaximumRequestBytes}");
        }
    }

    /// <summary>Sends a request in the order of the calls and waits for the answer. While the server has as many as it takes, the request waits here.</summary>
    public ValueTask<CallOutcome> CallAsync(
        MessageType type, IMessage request, Func<ReadOnlySequence<byte>, IMessage> parse, TimeSpan timeout, CancellationToken cancellationToken) =>
        _calls.CallAsync(type, request, parse, timeout, cancellationToken);

    /// <summary>Nobody wants the pushes of a subscription any more: one that is arriving in pieces is given up.</summary>
    public void GiveUpPush(ulong subscriptionId) => GiveUpStream(FrameKind.Push, subscriptionId);

    /// <summary>Sends a goaway, so that the server need not wait for the client to return, and closes after sending.</summary>
    public void CloseGracefully() => Close(GoAwayReason.ClientClosing, "the client was disposed");

    /// <summary>The client has a newer session that has taken its place: says so, so that the server keeps what the client publishes until it hears of the new
    /// owner, and closes after sending.</summary>
    public void Leave() => Close(GoAwayReason.ClientMoved, "the client has a newer connection");

    public void Abort(string text)
    {
        _connection.Abort(new CloseReason(CloseKind.Aborted, Text: text));
        if (!_isStarted)
        {
            // The transport tells the end of a connection only to a handler that it was started with.
            End(CloseReason.Aborted);
        }
    }

    private void Close(GoAwayReason reason, string text)
    {
        _isEnding = true;
        GoAway goAway = new() { Reason = (uint)reason, Text = text };
        BatchWriter batch = _connection.RentBatch();
        batch.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
        Send(batch);
        _connection.CloseAfterSending(CloseReason.Sent(reason, text));
    }

    private void Learn(bool seesMajority, IEnumerable<string> clientAddresses)
    {
        if (_seesMajority != seesMajority)
        {
            _seesMajority = seesMajority;
            _logger.MajorityChanged(Address, seesMajority ? "sees a majority of its cluster" : "has lost sight of the majority of its cluster");
        }

        ClusterAddresses = ServerRoster.Parse(clientAddresses);
    }

    private void SendRequest(MessageType type, IMessage request, ulong correlationId)
    {
        BatchWriter batch = _connection.RentBatch();
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, type, correlationId, request);
        Send(batch);
    }

    /// <summary>A call that was sent was cancelled or timed out: the server need not work on it nor send its answer.</summary>
    private void Abandon(ulong correlationId)
    {
        _connection.Send(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, correlationId), []);
        GiveUpStream(FrameKind.Response, correlationId);
    }

    private void GiveUpStream(FrameKind kind, ulong correlationId)
    {
        if (_streams.TryCancel(kind, correlationId, out StreamResetBody reset))
        {
            Span<byte> body = stackalloc byte[StreamResetBody.Size];
            reset.Write(body);
            _connection.Send(new FrameHeader(StreamResetBody.Size, FrameKind.StreamReset, FrameFlags.None, MessageType.None, 0), body);
        }
    }

    private void SendPing(long now)
    {
        Span<byte> body = stackalloc byte[UInt64Body.Size];
        new UInt64Body((ulong)now).Write(body);
        _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
    }

    private void Send(BatchWriter batch)
    {
        _connection.SendBatch(batch);
        _connection.ReturnBatch(batch);
    }
}
