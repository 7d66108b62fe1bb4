using System.Buffers;
using System.Collections.Immutable;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Client.Connecting;

/// <summary>The client's end of one connection: what is sent, what is outstanding, and when it is over.</summary>
/// <remarks>
/// Made by the connection loop for one connection and never used for another. Requests from any thread; the receive path is
/// <see cref="SessionReceiver"/>; the wheel's thread calls through <see cref="SessionDeadlines"/>. Takes no lock of its own.
/// </remarks>
internal sealed class ServerSession
{
    private readonly Connection _connection;
    private readonly TimingWheel _wheel;
    private readonly ILogger _logger;
    private readonly PendingCallTable _calls;
    private readonly SessionDeadlines _deadlines;
    private readonly SessionReceiver _receiver;
    private readonly PushAcknowledgement _acknowledgement = new();
    private readonly TaskCompletionSource<SessionEnd> _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isClosed;
    private int _maximumBodyBytes = WireLimits.MaximumBodyBytes;

    public ServerSession(
        Connection connection, ServerAddress address, TimingWheel wheel, NamingClientOptions options, ISnapshotSink sink, ILogger logger)
    {
        _connection = connection;
        _wheel = wheel;
        _logger = logger;
        Address = address;
        _calls = new PendingCallTable(wheel, options.MaximumOutstandingRequests, SendCancel);
        _deadlines = new SessionDeadlines(this, wheel, options);
        _receiver = new SessionReceiver(this, _calls, _deadlines, _acknowledgement, sink);
    }

    public ServerAddress Address { get; }

    /// <summary>Completes with the first goaway or, without one, when the connection is gone.</summary>
    public Task<SessionEnd> Leaving => _leaving.Task;

    /// <summary>Completes when the connection is gone.</summary>
    public Task Closed => _closed.Task;

    /// <summary>New requests may be sent.</summary>
    public bool IsUsable => !_leaving.Task.IsCompleted && Volatile.Read(ref _isClosed) == 0;

    /// <summary>Largest body the server takes.</summary>
    public int MaximumBodyBytes => Volatile.Read(ref _maximumBodyBytes);

    /// <summary>Begins to receive, sends preface and set-up together, and waits for the answer.</summary>
    public ValueTask<CallOutcome> SetUpAsync(SetupRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // The server's end pauses when its output is behind; if both did, they could wait for each other for ever.
        _connection.PausesAboveHighWaterMark = false;
        _connection.Start(_receiver);
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

        _deadlines.Start(reply.PushAckMilliseconds);
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

    /// <summary>Answers that are under way may still come; the connection ends when the server closes it or after <paramref name="time"/>.</summary>
    public void Retire(TimeSpan time) => _deadlines.LeaveWithin(time);

    /// <summary>Says goodbye, so that the server need not wait for the client to return, and closes after sending.</summary>
    public void SayGoodbye()
    {
        GoAway goAway = new() { Reason = (uint)GoAwayReason.ClientClosing, Text = "the client was disposed" };
        BatchWriter batch = _connection.RentBatch();
        batch.WriteMessage(FrameKind.GoAway, FrameFlags.None, MessageType.None, 0, goAway);
        Send(batch);
        _connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.ClientClosing, goAway.Text));
    }

    public void Abort(string text) => _connection.Abort(new CloseReason(CloseKind.Aborted, Text: text));

    internal void GoneAway(GoAway goAway)
    {
        SessionEnd end = new((GoAwayReason)goAway.Reason, goAway.Text, [.. goAway.Addresses]);
        if (_leaving.TrySetResult(end))
        {
            _logger.GoAwayReceived(Address, end.Reason, end.Text);
        }
    }

    internal void OnClosed(CloseReason reason)
    {
        Volatile.Write(ref _isClosed, 1);
        _deadlines.End();
        _calls.Close();
        _leaving.TrySetResult(new SessionEnd(GoAwayReason.None, reason.ToString(), ImmutableArray<string>.Empty));
        _closed.TrySetResult();
    }

    internal void NoAnswer() => Abort("no answer to a ping");

    internal void Leave() => Abort("left for another connection");

    internal void SendPing(long now)
    {
        _acknowledgement.TryTake(out ulong taken);
        Span<byte> body = stackalloc byte[PingBody.Size];
        new PingBody((ulong)now, taken).Write(body);
        _connection.Send(new FrameHeader(PingBody.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body);
    }

    internal void SendAck()
    {
        if (_acknowledgement.TryTake(out ulong taken))
        {
            Span<byte> body = stackalloc byte[UInt64Body.Size];
            new UInt64Body(taken).Write(body);
            _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), body);
        }
    }

    private void SendCancel(ulong correlationId)
    {
        Span<byte> ack = stackalloc byte[UInt64Body.Size];
        if (_acknowledgement.TryTake(out ulong taken))
        {
            new UInt64Body(taken).Write(ack);
            _connection.Send(new FrameHeader(UInt64Body.Size, FrameKind.Cancel, FrameFlags.CarriesAck, MessageType.None, correlationId), ack);
        }
        else
        {
            _connection.Send(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, correlationId), []);
        }
    }

    private void WriteRequest(BatchWriter batch, MessageType type, ulong correlationId, IMessage request)
    {
        if (!_acknowledgement.TryTake(out ulong taken))
        {
            batch.WriteMessage(FrameKind.Request, FrameFlags.None, type, correlationId, request);
            return;
        }

        uint bodyBytes = (uint)(UInt64Body.Size + request.CalculateSize());
        new FrameHeader(bodyBytes, FrameKind.Request, FrameFlags.CarriesAck, type, correlationId).Write(batch.GetSpan(FrameHeader.Size));
        batch.Advance(FrameHeader.Size);
        new UInt64Body(taken).Write(batch.GetSpan(UInt64Body.Size));
        batch.Advance(UInt64Body.Size);
        request.WriteTo(batch);
    }

    private void Send(BatchWriter batch)
    {
        _connection.SendBatch(batch);
        _connection.ReturnBatch(batch);
    }
}
