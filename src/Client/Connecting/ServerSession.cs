using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Client.Configuration;
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

    /// <summary>The server is fine and wants the client elsewhere, or is about to stop in good order.</summary>
    public bool PointsElsewhere => Reason is GoAwayReason.Stopping or GoAwayReason.Move or GoAwayReason.NoMajority or GoAwayReason.LimitExceeded;
}

/// <summary>The client's end of one connection: sets the session up, sends requests, completes their answers, hands pushed lists to the sink,
/// watches for silence, acknowledges pushes, and reports when the session is over.</summary>
/// <remarks>
/// <para>
/// The connection loop creates one session per connection and never reuses it. Its life: <see cref="SetUpAsync"/>, <see cref="Accepted"/>, requests from any
/// thread, then <see cref="Leaving"/> completes (goaway or loss; <see cref="IsUsable"/> is false from then on), and <see cref="Closed"/> completes when the
/// connection is gone.
/// </para>
/// <para>
/// Parts: this file sends; <c>ServerSession.Receive.cs</c> is the receive path, entered by one thread at a time; <c>ServerSession.Deadlines.cs</c> holds the
/// session's times, which the wheel's thread evaluates. The only lock is the short one of the deadlines; under it only the wheel is called. The cumulative
/// acknowledgement is lock-free.
/// </para>
/// </remarks>
internal sealed partial class ServerSession
{
    private readonly Connection _connection;
    private readonly TimingWheel _wheel;
    private readonly ISnapshotSink _sink;
    private readonly ILogger _logger;
    private readonly PendingCallTable _calls;
    private readonly TaskCompletionSource<SessionEnd> _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isClosed;
    private int _maximumBodyBytes = WireLimits.MaximumBodyBytes;

    // The highest push sequence taken in (written on the receive path only) and the highest one the server has been told (by whoever sends a frame next).
    private ulong _takenPush;
    private ulong _acknowledgedPush;

    public ServerSession(
        Connection connection, ServerAddress address, TimingWheel wheel, NamingClientOptions options, ISnapshotSink sink, ILogger logger)
    {
        _connection = connection;
        _wheel = wheel;
        _sink = sink;
        _logger = logger;
        Address = address;
        _calls = new PendingCallTable(wheel, options.MaximumOutstandingRequests, SendCancel);
        _pingAfter = (int)options.PingAfter.TotalMilliseconds;
        _pingTimeout = (int)options.PingTimeout.TotalMilliseconds;
        _entry = wheel.Allocate(this);
    }

    public ServerAddress Address { get; }

    /// <summary>Completes with the first goaway or, without one, when the connection is gone.</summary>
    public Task<SessionEnd> Leaving => _leaving.Task;

    /// <summary>Completes when the connection is gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>New requests may be sent.</summary>
    public bool IsUsable => !_leaving.Task.IsCompleted && Volatile.Read(ref _isClosed) == 0;

    /// <summary>Begins to receive, sends preface and set-up together, and waits for the answer.</summary>
    public ValueTask<CallOutcome> SetUpAsync(SetupRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The server pauses reading while its output is behind; if both ends paused, they could deadlock.
        _connection.PausesAboveHighWaterMark = false;
        _connection.Start(this);
        ValueTask<CallOutcome> answer = _calls.Begin(SetupReply.Parser.ParseFrom, timeout, out ulong correlationId, cancellationToken);
        BatchWriter batch = _connection.RentBatch();
        Preface.Write(batch.GetSpan(Preface.Size));
        batch.Advance(Preface.Size);
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, correlationId, request);
        Send(batch);
        return answer;
    }

    /// <summary>The server accepted the set-up: from now on silence is watched.</summary>
    public void Accepted(SetupReply reply)
    {
        if (reply.MaximumBodyBytes > 0)
        {
            Volatile.Write(ref _maximumBodyBytes, (int)Math.Min(reply.MaximumBodyBytes, WireLimits.MaximumBodyBytes));
        }

        StartDeadlines(reply.PushAckMilliseconds);
    }

    /// <exception cref="RegistryException">The body is larger than the server accepts; the server would close the connection over it.</exception>
    public void ThrowIfTooLarge(IMessage request)
    {
        int bytes = request.CalculateSize();
        int maximum = Volatile.Read(ref _maximumBodyBytes);
        if (bytes > maximum)
        {
            throw RegistryException.Invalid("instances", $"the request has {bytes} bytes, the server takes {maximum}");
        }
    }

    /// <summary>Sends a request at once, in the order of the calls, and waits for the answer.</summary>
    public ValueTask<CallOutcome> CallAsync(
        MessageType type, IMessage request, Func<ReadOnlySequence<byte>, IMessage> parse, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ValueTask<CallOutcome> answer = _calls.Begin(parse, timeout, out ulong correlationId, cancellationToken);
        if (correlationId != 0)
        {
            BatchWriter batch = _connection.RentBatch();
            WriteRequest(batch, type, correlationId, request);
            Send(batch);
        }

        return answer;
    }

    /// <summary>Sends a goaway, so that the server need not wait for the client to return, and closes after sending.</summary>
    public void CloseGracefully()
    {
        GoAway goAway = new() { Reason = (uint)GoAwayReason.ClientClosing, Text = "the client was disposed" };
        BatchWriter batch = _connection.RentBatch();
        batch.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
        Send(batch);
        _connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.ClientClosing, goAway.Text));
    }

    public void Abort(string text) => _connection.Abort(new CloseReason(CloseKind.Aborted, Text: text));

    private void SendPing(long now)
    {
        TryTakeAcknowledgement(out ulong sequence);
        Span<byte> body = stackalloc byte[PingBody.Size];
        new PingBody((ulong)now, sequence).Write(body);
        _connection.Send(new FrameHeader(PingBody.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
    }

    private void SendAck()
    {
        if (TryTakeAcknowledgement(out ulong sequence))
        {
            Span<byte> body = stackalloc byte[UInt64Body.Size];
            new UInt64Body(sequence).Write(body);
            _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), body);
        }
    }

    private void SendCancel(ulong correlationId)
    {
        Span<byte> ack = stackalloc byte[UInt64Body.Size];
        if (TryTakeAcknowledgement(out ulong sequence))
        {
            new UInt64Body(sequence).Write(ack);
            _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Cancel, FrameFlags.CarriesAck, MessageType.None, correlationId), ack);
        }
        else
        {
            _connection.Send(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, correlationId), []);
        }
    }

    private void WriteRequest(BatchWriter batch, MessageType type, ulong correlationId, IMessage request)
    {
        if (!TryTakeAcknowledgement(out ulong sequence))
        {
            batch.WriteMessage(FrameKind.Request, FrameFlags.None, type, correlationId, request);
            return;
        }

        uint bodyBytes = (uint)(UInt64Body.Size + request.CalculateSize());
        new FrameHeader(bodyBytes, FrameKind.Request, FrameFlags.CarriesAck, type, correlationId).Write(batch.GetSpan(FrameHeader.Size));
        batch.Advance(FrameHeader.Size);
        new UInt64Body(sequence).Write(batch.GetSpan(UInt64Body.Size));
        batch.Advance(UInt64Body.Size);
        request.WriteTo(batch);
    }

    private void Send(BatchWriter batch)
    {
        _connection.SendBatch(batch);
        _connection.ReturnBatch(batch);
    }

    /// <summary>Claims the cumulative acknowledgement: the highest sequence taken in, when the server has not been told it yet. The caller must send it.
    /// Any thread.</summary>
    private bool TryTakeAcknowledgement(out ulong sequence)
    {
        sequence = Volatile.Read(ref _takenPush);
        ulong acknowledged = Volatile.Read(ref _acknowledgedPush);
        while (sequence > acknowledged)
        {
            ulong seen = Interlocked.CompareExchange(ref _acknowledgedPush, sequence, acknowledged);
            if (seen == acknowledged)
            {
                return true;
            }

            acknowledged = seen;
        }

        return false;
    }
}
