using System.Buffers;
using System.Threading.Tasks.Sources;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Bench.Transport;

/// <summary>The smallest client there can be: sends a batch, counts the answers without reading them, completes when all are there. One batch at a time.</summary>
internal sealed class RoundTripClient(Connection connection) : IConnectionHandler, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _allAnswered = new() { RunContinuationsAsynchronously = false };
    private int _expected;

    public ValueTask SetUpAsync(IMessage setup)
    {
        connection.Start(this);
        Expect(1);
        BatchWriter batch = connection.RentBatch();
        Preface.Write(batch.GetSpan(Preface.Size));
        batch.Advance(Preface.Size);
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, MessageType.Setup, 1, setup);
        return Send(batch);
    }

    public ValueTask CallAsync(MessageType type, IMessage request)
    {
        Expect(1);
        BatchWriter batch = connection.RentBatch();
        batch.WriteMessage(FrameKind.Request, FrameFlags.None, type, 1, request);
        return Send(batch);
    }

    public ValueTask PingAsync(int count)
    {
        Expect(count);
        BatchWriter batch = connection.RentBatch();
        for (int i = 0; i < count; i++)
        {
            Span<byte> frame = batch.GetSpan(FrameHeader.Size + UInt64Body.Size);
            new FrameHeader(UInt64Body.Size, FrameKind.Ping, FrameFlags.None, MessageType.None, 0).Write(frame);
            new UInt64Body((ulong)i).Write(frame[FrameHeader.Size..]);
            batch.Advance(FrameHeader.Size + UInt64Body.Size);
        }

        return Send(batch);
    }

    public ValueTask QueryAsync(int count, ReadOnlySpan<byte> body)
    {
        Expect(count);
        BatchWriter batch = connection.RentBatch();
        for (int i = 0; i < count; i++)
        {
            Span<byte> frame = batch.GetSpan(FrameHeader.Size + body.Length);
            new FrameHeader((uint)body.Length, FrameKind.Request, FrameFlags.None, MessageType.Query, (ulong)i).Write(frame);
            body.CopyTo(frame[FrameHeader.Size..]);
            batch.Advance(FrameHeader.Size + body.Length);
        }

        return Send(batch);
    }

    public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
    {
        ReadOnlySequence<byte> buffer = received;
        int answers = 0;
        while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
        {
            if (frame.Header.Kind == FrameKind.GoAway || (frame.Header.Flags & FrameFlags.Error) != 0)
            {
                _allAnswered.SetException(new InvalidOperationException($"the server answered with {frame.Header}"));
                break;
            }

            answers += frame.Header.Kind is FrameKind.Response or FrameKind.Pong ? 1 : 0;
        }

        SequencePosition consumed = buffer.Start;
        _expected -= answers;
        if (answers > 0 && _expected == 0)
        {
            _allAnswered.SetResult(true);
        }

        return new ReceiveResult(consumed, received.End);
    }

    public void OnDrained()
    {
    }

    public void OnClosed(CloseReason reason)
    {
    }

    void IValueTaskSource.GetResult(short token) => _allAnswered.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _allAnswered.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _allAnswered.OnCompleted(continuation, state, token, flags);

    private void Expect(int answers)
    {
        _allAnswered.Reset();
        _expected = answers;
    }

    private ValueTask Send(BatchWriter batch)
    {
        ValueTask answered = new(this, _allAnswered.Version);
        connection.SendBatch(batch);
        connection.ReturnBatch(batch);
        return answered;
    }
}
