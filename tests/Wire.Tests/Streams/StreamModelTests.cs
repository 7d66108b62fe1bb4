using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;

namespace FastRegistry.Wire.Tests.Streams;

/// <summary>Sender and receiver of streams at random, on one thread, with a way back that takes its time: whatever either side gives up, the receiver finds no
/// violation, gets every other message whole, and counts pushes as the sender does.</summary>
public sealed class StreamModelTests
{
    [Fact]
    public void What_a_sender_begins_is_never_too_much_for_its_receiver()
    {
        int first = Environment.TickCount & 0xFFFFFF;
        for (int seed = first; seed < first + 150; seed++)
        {
            try
            {
                new Run(seed).Execute();
            }
            catch (Exception fault)
            {
                throw new InvalidOperationException($"seed {seed}", fault);
            }
        }
    }

    private sealed class Run
    {
        private const int Messages = 60;

        private readonly Random _random;
        private readonly StreamLimits _limits;
        private readonly TransportResources _resources = new();
        private readonly StreamAssembler _assembler;
        private readonly byte[][] _bodies;
        private readonly Queue<object> _back = new();
        private readonly Dictionary<ulong, byte[]> _begun = [];
        private readonly Dictionary<ulong, ulong> _ended = [];
        private readonly List<ulong> _countedPushes = [];
        private readonly HashSet<ulong> _arrived = [];
        private readonly HashSet<ulong> _givenUp = [];

        public Run(int seed)
        {
            _random = new Random(seed);
            _limits = new StreamLimits(_random.Next(1, 6), _random.Next(100_000, 500_000), _random.Next(1, 3) == 1 ? 256 * 1024 : _random.Next(1_000, 30_000));
            _assembler = new StreamAssembler(_limits);
            _bodies = [.. Enumerable.Range(0, 5).Select(i => ChunkFrames.Noise(_random.Next(0, 100_000), seed + i))];
        }

        public void Execute()
        {
            using StreamPeer peer = new(_resources, _limits) { OnFrame = Take };
            ulong next = 1;
            while (next <= Messages || peer.Streams.Open > 0 || _back.Count > 0)
            {
                switch (_random.Next(8))
                {
                    case 0 or 1 when next <= Messages && TryBegin(peer, next):
                        next++;
                        break;
                    case 2 when _random.Next(3) == 0:
                        GiveUpHere(peer, (ulong)_random.NextInt64((long)next));
                        break;
                    case 3 when _random.Next(3) == 0:
                        GiveUpThere((ulong)_random.NextInt64((long)next));
                        break;
                    case 4 or 5:
                        Deliver(peer);
                        break;
                    default:
                        peer.ReadOnce();
                        break;
                }
            }

            peer.ReadAll();
            Check();
        }

        private bool TryBegin(StreamPeer peer, ulong correlation)
        {
            byte[] prefix = new byte[_random.Next(2) * PushPrefix.Size];
            byte[] body = _bodies[_random.Next(_bodies.Length)];
            _begun[correlation] = [.. prefix, .. body];
            FrameHeader header = prefix.Length > 0 ? StreamPeer.Push(correlation) : StreamPeer.Response(correlation);
            if (peer.Streams.TryBegin(header, prefix, body, sequence => _ended.Add(correlation, sequence)))
            {
                return true;
            }

            Assert.True(peer.Streams.Open > 0, "refused although nothing is open");
            return false;
        }

        private void GiveUpHere(StreamPeer peer, ulong correlation)
        {
            if (peer.Streams.Cancel(FrameKind.Push, correlation, StreamResetCode.Unsubscribed)
                || peer.Streams.Cancel(FrameKind.Response, correlation, StreamResetCode.Cancelled))
            {
                Assert.Equal(0UL, _ended[correlation]);
                _givenUp.Add(correlation);
            }
        }

        private void GiveUpThere(ulong correlation)
        {
            if (_assembler.TryCancel(FrameKind.Push, correlation, out StreamResetBody reset)
                || _assembler.TryCancel(FrameKind.Response, correlation, out reset))
            {
                _givenUp.Add(correlation);
                _back.Enqueue(reset);
            }
        }

        private void Deliver(StreamPeer peer)
        {
            switch (_back.TryDequeue(out object? message) ? message : null)
            {
                case CreditBody credit:
                    peer.Streams.AddCredit(credit);
                    break;
                case StreamResetBody reset:
                    peer.Streams.Reset(reset);
                    break;
            }
        }

        private void Take(StreamFrame frame)
        {
            if (frame.Reset is { } reset)
            {
                _assembler.Reset(reset.StreamId);
                return;
            }

            Frame chunk = ChunkFrames.Chunk(frame.Chunk!.Value, frame.Piece, frame.Last, frame.Correlation);
            StreamOutcome outcome = _assembler.Add(chunk, out FrameHeader header, out ReadOnlyMemory<byte> body, out CreditBody? credit);
            Assert.NotEqual(StreamOutcome.Violation, outcome);
            if (credit is { } more)
            {
                _back.Enqueue(more);
            }

            if (outcome == StreamOutcome.Complete)
            {
                Assert.True(body.Span.SequenceEqual(_begun[header.CorrelationId]));
                Assert.True(_arrived.Add(header.CorrelationId));
            }

            if (outcome is StreamOutcome.Complete or StreamOutcome.Dropped && header.Kind == FrameKind.Push)
            {
                _countedPushes.Add(header.CorrelationId);
            }
        }

        private void Check()
        {
            Assert.Equal(Messages, _ended.Count);
            Assert.Equal(0, _assembler.Open);
            Assert.All(_ended.Keys.Except(_givenUp), correlation => Assert.Contains(correlation, _arrived));

            // Both sides count the same pushes in the same order, also those that the receiver gave up when all of them was on its way.
            Assert.Equal(_countedPushes.Select((push, index) => (push, (ulong)index + 1)), _ended.Where(end => end.Value != 0).OrderBy(end => end.Value).Select(end => (end.Key, end.Value)));
            Assert.Equal(0, _resources.SharedBodies.Count);
            Assert.Equal(0, _resources.Budget.UsedBytes);
        }
    }
}
