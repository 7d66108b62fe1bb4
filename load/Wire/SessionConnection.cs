using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Wire;

/// <summary>One client's connection: sets itself up, answers probes, measures its pings, and leaves in order.</summary>
/// <remarks>
/// Made by an opener and given to its <see cref="Connection"/>, which calls the handler methods on one thread at a time. <see cref="TryPing"/> comes
/// from the one pacer. At most one ping is outstanding, as with a real client.
/// </remarks>
internal sealed class SessionConnection(Connection connection, SessionStatistics statistics) : IConnectionHandler
{
    private const int InstanceIdBytes = 16;

    private static readonly byte[] LeavingBody = new GoAway { Reason = (uint)GoAwayReason.ClientClosing, Text = "the load run is over" }.ToByteArray();

    private readonly TaskCompletionSource<SetupStatus> _setup = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Timestamp of the outstanding ping; 0 = none. The due time travels in the ping's token.
    private long _pingSentAt;
    private bool _leaving;

    /// <summary>Completes when the set-up has succeeded or failed; never faults.</summary>
    public Task<SetupStatus> SetUp => _setup.Task;

    /// <summary>Starts the connection and sends preface and set-up request behind each other, without waiting for anything.</summary>
    public void Begin()
    {
        statistics.CountOpened();
        connection.Start(this);
        BatchWriter batch = connection.RentBatch();
        Preface.Write(batch.GetSpan(Preface.Size));
        batch.Advance(Preface.Size);
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, correlationId: 1, CreateSetupRequest());
        connection.SendBatch(batch);
        connection.ReturnBatch(batch);
    }

    /// <summary>Sends a ping that was due at <paramref name="dueAt"/>. False: the last one is not answered yet, or the connection is gone.</summary>
    public bool TryPing(long dueAt)
    {
        if (Volatile.Read(ref _pingSentAt) != 0 || connection.CloseReason is not null)
        {
            return false;
        }

        Span<byte> body = stackalloc byte[PingBody.Size];
        new PingBody((ulong)dueAt, AcknowledgedPush: 0).Write(body);
        Volatile.Write(ref _pingSentAt, Stopwatch.GetTimestamp());
        return connection.Send(new FrameHeader(PingBody.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0), body) == AppendOutcome.Appended;
    }

    /// <summary>Tells the server that this client leaves, and closes when that is sent.</summary>
    public void Leave()
    {
        Volatile.Write(ref _leaving, true);
        connection.Send(new FrameHeader((uint)LeavingBody.Length, FrameKind.GoAway, FrameFlags.None, MessageType.None, 0), LeavingBody);
        connection.CloseAfterSending(CloseReason.Sent(GoAwayReason.ClientClosing, "the load run is over"));
    }

    /// <summary>Ends the connection without a word; it does not count as a loss.</summary>
    public void Abort()
    {
        Volatile.Write(ref _leaving, true);
        connection.Abort(CloseReason.Aborted);
    }

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        long now = Stopwatch.GetTimestamp();
        ReadOnlySequence<byte> buffer = received;
        while (true)
        {
            FrameReadStatus status = FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out GoAwayReason refusal);
            if (status == FrameReadStatus.Incomplete)
            {
                return new ReceiveResult(buffer.Start, received.End);
            }

            CloseReason? close = status == FrameReadStatus.Refused
                ? CloseReason.Sent(refusal, "the server sent a frame that is not one")
                : Take(frame, replies, now);
            if (close is not null)
            {
                return new ReceiveResult(received.End, received.End, close);
            }
        }
    }

    public void OnDrained()
    {
    }

    public void OnClosed(CloseReason reason)
    {
        statistics.CountClosed();
        bool failedSetup = _setup.TrySetResult(SetupStatus.Failed($"set-up: {reason}"));
        if (!failedSetup && !Volatile.Read(ref _leaving))
        {
            statistics.Losses.Count(reason.ToString());
        }
    }

    private static SetupRequest CreateSetupRequest()
    {
        Span<byte> instanceId = stackalloc byte[InstanceIdBytes];
        RandomNumberGenerator.Fill(instanceId);
        return new SetupRequest
        {
            ClientName = "load",
            ClientVersion = "FastRegistry.Load",
            ClientInstanceId = ByteString.CopyFrom(instanceId),
            Capabilities = (ulong)Capabilities.All,
        };
    }

    private CloseReason? Take(in Frame frame, BatchWriter replies, long now)
    {
        switch (frame.Header.Kind)
        {
            case FrameKind.Pong:
                TakePong(frame.Body, now);
                return null;
            case FrameKind.Probe:
                Span<byte> probe = stackalloc byte[ProbeBody.Size];
                FrameReader.Copy(frame.Body, probe);
                replies.WritePong(new PongBody(ProbeBody.Read(probe).Token));
                statistics.CountProbe();
                return null;
            case FrameKind.Response when frame.Header.Type == MessageType.Setup:
                return TakeSetupReply(frame, now);
            case FrameKind.GoAway:
                GoAway goAway = GoAway.Parser.ParseFrom(frame.Body);
                return CloseReason.Received((GoAwayReason)goAway.Reason, goAway.Text);
            default:
                return null;
        }
    }

    private void TakePong(in ReadOnlySequence<byte> body, long now)
    {
        long sentAt = Interlocked.Exchange(ref _pingSentAt, 0);
        if (sentAt == 0)
        {
            return;
        }

        Span<byte> pong = stackalloc byte[PongBody.Size];
        FrameReader.Copy(body, pong);
        statistics.HeartbeatRoundTrip.Record(now - sentAt);
        statistics.HeartbeatFromDueTime.Record(now - (long)PongBody.Read(pong).Token);
    }

    private CloseReason? TakeSetupReply(in Frame frame, long now)
    {
        if ((frame.Header.Flags & FrameFlags.Error) == 0)
        {
            SetupReply.Parser.ParseFrom(frame.Body);
            _setup.TrySetResult(new SetupStatus(now, Failure: null));
            return null;
        }

        ErrorReply error = ErrorReply.Parser.ParseFrom(frame.Body);
        _setup.TrySetResult(SetupStatus.Failed($"set-up refused: {(ErrorCode)error.Code} {error.Field} {error.Text}"));
        return CloseReason.Sent(GoAwayReason.ClientClosing, "the set-up was refused");
    }
}
