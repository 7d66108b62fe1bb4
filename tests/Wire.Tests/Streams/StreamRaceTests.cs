using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Streams that begin, are given up on either side and are pumped by several threads at once.</summary>
public sealed class StreamRaceTests
{
    private const int Threads = 3;
    private const int PerThread = 200;

    private readonly TransportResources _resources = new();

    [Fact]
    public void Streams_given_up_beside_their_pump_never_break_the_protocol_or_keep_anything()
    {
        int seed = Environment.TickCount;
        StreamLimits limits = new(Streams: 6, Bytes: 2_000_000, CreditBytes: 50_000);
        (PipeConnection server, PipeConnection client) = InMemoryTransport.CreatePair(_resources, capacityBytes: 20_000);
        Sender sender = new(server, limits);
        Receiver receiver = new(client, limits, seed);
        server.Start(sender);
        client.Start(receiver);
        byte[] shared = new byte[300_000];
        int ended = 0;
        Task[] beginners = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            Random random = new(seed + thread);
            for (int i = 0; i < PerThread; i++)
            {
                ulong correlation = (ulong)((i * Threads) + thread + 1);
                FrameHeader header = random.Next(2) == 0 ? StreamPeer.Push(correlation) : StreamPeer.Response(correlation);
                ReadOnlyMemory<byte> body = shared.AsMemory(0, random.Next(1, 4) * 100_000);
                SpinWait wait = default;
                while (!sender.Streams.TryBegin(header, [], body, sequence => sender.Note(correlation, sequence, ref ended)))
                {
                    wait.SpinOnce();
                }

                if (random.Next(2) == 0)
                {
                    sender.Streams.Cancel(header.Kind, correlation - (ulong)(random.Next(3) * Threads), StreamResetCode.Cancelled);
                }
            }
        }, TestContext.Current.CancellationToken))];

        Eventually.True(() => beginners.All(task => task.IsCompleted) || receiver.Violated);
        Assert.False(receiver.Violated, $"seed {seed}");
        Assert.All(beginners, task => Assert.True(task.IsCompletedSuccessfully, $"{task.Exception}"));
        Eventually.True(() => Volatile.Read(ref ended) == Threads * PerThread || receiver.Violated);
        Assert.False(receiver.Violated, $"seed {seed}");
        Eventually.True(() => server.Outbound.QueuedBytes == 0 && receiver.Counted.Count == sender.Numbered.Count && receiver.Open == 0);
        Assert.Equal(sender.Numbered.OrderBy(pair => pair.Value).Select(pair => pair.Key), receiver.Counted);
        Assert.Equal(0, _resources.SharedBodies.Count);

        server.Abort(CloseReason.Aborted);
        client.Abort(CloseReason.Aborted);
        Eventually.True(() => _resources.Blocks.Rented == 0 && _resources.Budget.UsedBytes == 0);
    }

    private sealed class Sender(Connection connection, StreamLimits limits) : IConnectionHandler
    {
        public OutboundStreams Streams { get; } = new(connection, limits);

        /// <summary>Pushes that took a number.</summary>
        public ConcurrentDictionary<ulong, ulong> Numbered { get; } = new();

        public void Note(ulong correlation, ulong sequence, ref int ended)
        {
            if (sequence != 0)
            {
                Numbered[correlation] = sequence;
            }

            Interlocked.Increment(ref ended);
        }

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            ReadOnlySequence<byte> rest = received;
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                if (frame.Header.Kind == FrameKind.Credit)
                {
                    Streams.AddCredit(CreditBody.Read(frame.Body));
                }
                else
                {
                    Streams.Reset(StreamResetBody.Read(frame.Body));
                }
            }

            return new ReceiveResult(rest.Start, rest.End);
        }

        public void OnDrained() => Streams.Pump();

        public void OnClosed(CloseReason reason) => Streams.Close();
    }

    private sealed class Receiver(Connection connection, StreamLimits limits, int seed) : IConnectionHandler
    {
        private readonly StreamAssembler _assembler = new(limits);
        private readonly Random _random = new(seed);
        private volatile bool _violated;

        public bool Violated => _violated;

        public int Open => _assembler.Open;

        /// <summary>Pushes in the order in which they count here.</summary>
        public ConcurrentQueue<ulong> Counted { get; } = new();

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            ReadOnlySequence<byte> rest = received;
            while (FrameReader.TryRead(ref rest, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                if (frame.Header.Kind == FrameKind.StreamReset)
                {
                    _assembler.Reset(StreamResetBody.Read(frame.Body).StreamId);
                    continue;
                }

                StreamOutcome outcome = _assembler.Add(frame, out FrameHeader header, out _, out CreditBody? credit);
                if (outcome == StreamOutcome.Violation)
                {
                    _violated = true;
                    connection.Abort(CloseReason.Aborted);
                }

                if (credit is { } more)
                {
                    replies.WriteCredit(more);
                }

                if (outcome is StreamOutcome.Complete or StreamOutcome.Dropped && header.Kind == FrameKind.Push)
                {
                    Counted.Enqueue(header.CorrelationId);
                }

                if (_random.Next(20) == 0
                    && (_assembler.TryCancel(FrameKind.Push, frame.Header.CorrelationId, out StreamResetBody reset)
                        || _assembler.TryCancel(FrameKind.Response, frame.Header.CorrelationId, out reset)))
                {
                    replies.WriteStreamReset(reset);
                }
            }

            return new ReceiveResult(rest.Start, rest.End);
        }

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
        }
    }
}
