using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Node.Tests.Push;

public sealed class PushStressTests
{
    private const int Services = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Nothing_is_lost_between_threads_not_even_to_slow_subscribers()
    {
        TestLog log = new();
        RegistryNodeOptions options = new RegistryNodeOptions
        {
            Deadlines = new DeadlineOptions { WarmUp = TimeSpan.Zero },
            Workers = new WorkerOptions { Push = 2, Requests = 2 },
        }.Check();
        await using RegistryNode node = new(options, TimeProvider.System, log);
        node.StartWorkers();
        node.Start();
        Subscriber[] subscribers = [.. Enumerable.Range(0, 12).Select(i => new Subscriber(node, isSlow: i % 3 == 0))];
        Array.ForEach(subscribers, static subscriber => subscriber.Start());

        Task[] writers = [.. Enumerable.Range(0, 2).Select(i => Task.Run(() => Write(node.Registry, i), TestContext.Current.CancellationToken))];
        await Task.WhenAll(writers);
        Stopwatch waiting = Stopwatch.StartNew();
        while (!subscribers.All(subscriber => subscriber.SeesNewest(node.Registry)) && waiting.Elapsed < Patience)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.All(subscribers, subscriber => Assert.True(subscriber.SeesNewest(node.Registry), subscriber.ToString()));
        Assert.All(subscribers, static subscriber => Assert.Empty(subscriber.Faults));
        Assert.Empty(log.Lines);
    }

    private static void Write(ServiceRegistry registry, int writer)
    {
        Random random = new(writer);
        RegistryClient client = Make.Client($"w{writer}");
        for (int i = 0; i < 1500; i++)
        {
            string service = $"s{random.Next(Services)}";

            // Between a few hundred bytes and two hundred KiB: both single frames and streams.
            FastRegistry.Registry.Instances.Instance[] instances = [.. Enumerable.Range(1, random.Next(1, 4)).Select(_ => Make.Instance(random.Next(1, 200), weight: random.Next(1, 50), ip: $"10.0.0.{writer}", metadata: new string('m', 900)))];
            if (i % 50 == 0)
            {
                registry.DeregisterAll(client, Make.Key(service));
            }
            else
            {
                registry.Register(client, Make.Key(service), [.. instances.DistinctBy(static instance => instance.Identity)], replace: i % 120 == 1);
            }
        }
    }

    private sealed class Subscriber(RegistryNode node, bool isSlow) : IConnectionHandler
    {
        private readonly ConcurrentDictionary<ulong, Snapshot> _lists = new();
        private readonly StreamAssembler _assembler = new(StreamLimits.Default);
        private ulong _pushes;
        private bool _isAsked;
        private PipeConnection? _connection;

        public ConcurrentQueue<string> Faults { get; } = new();

        public void Start()
        {
            (PipeConnection server, PipeConnection mine) = InMemoryTransport.CreatePair(node.Resources, capacityBytes: isSlow ? 8 * 1024 : 256 * 1024);
            _connection = mine;
            server.Start(node.Acceptor.Accept(server)!);
            mine.Start(this);
            BatchWriter batch = mine.RentBatch();
            batch.Write(RawClient.PrefaceBytes());
            batch.Write(RawClient.RequestBytes(MessageType.Setup, 100, RawClient.NewSetup()));
            for (ulong id = 1; id <= Services; id++)
            {
                batch.Write(RawClient.RequestBytes(MessageType.Subscribe, id, new SubscribeRequest { Subscriptions = { NamingClient.NewSubscription(id, $"s{id - 1}") } }));
            }

            mine.SendBatch(batch);
            mine.ReturnBatch(batch);
        }

        public bool SeesNewest(ServiceRegistry registry)
        {
            for (ulong id = 1; id <= Services; id++)
            {
                if (registry.Find($"s{id - 1}") is { } entry
                    && (!_lists.TryGetValue(id, out Snapshot? list) || !Sorted(list).Equals(Sorted(Snapshot.Parser.ParseFrom(entry.GetSnapshot().Encode(InstanceFilter.All))))))
                {
                    return false;
                }
            }

            return true;
        }

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            if (isSlow)
            {
                Thread.Sleep(1);
            }

            ReadOnlySequence<byte> buffer = received;
            while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
            {
                Take(frame, replies);
            }

            if (_isAsked)
            {
                _isAsked = false;
                byte[] ack = new byte[UInt64Body.Size];
                new UInt64Body(_pushes).Write(ack);
                replies.Write(RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), ack));
            }

            return new ReceiveResult(buffer.Start, received.End);
        }

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
            if (reason.Kind is not (CloseKind.PeerClosed or CloseKind.Aborted))
            {
                Faults.Enqueue(reason.ToString());
            }
        }

        public override string ToString() =>
            $"slow: {isSlow}, closed: {_connection?.CloseReason}, lists: {string.Join(' ', _lists.Select(static list => $"{list.Key}@{list.Value.Revision}"))}, {string.Join(';', Faults)}";

        private void Take(in Frame frame, BatchWriter replies)
        {
            FrameHeader header = frame.Header;
            ReadOnlyMemory<byte> body;
            if (header.Kind == FrameKind.Chunk)
            {
                StreamOutcome outcome = _assembler.Add(frame, out header, out body, out CreditBody? credit);
                if (credit is { } more)
                {
                    replies.WriteCredit(more);
                }

                if (outcome == StreamOutcome.Violation)
                {
                    Faults.Enqueue("stream violation");
                }

                if (outcome != StreamOutcome.Complete)
                {
                    return;
                }
            }
            else
            {
                body = frame.Body.ToArray();
            }

            if (header.Kind == FrameKind.Push)
            {
                _pushes++;
                _isAsked |= (header.Flags & FrameFlags.AckNow) != 0;
                ReadOnlySpan<byte> message = body.Span[PushPrefix.Size..];
                Snapshot? list = header.Type == MessageType.DeltaPush
                    ? Patched(header.CorrelationId, SnapshotDelta.Parser.ParseFrom(message))
                    : Snapshot.Parser.ParseFrom(message);
                if (list is not null)
                {
                    Keep(header.CorrelationId, list);
                }
            }
            else if (header is { Kind: FrameKind.Response, Type: MessageType.Subscribe } && SubscribeReply.Parser.ParseFrom(body.Span).Refused.Count > 0)
            {
                Faults.Enqueue("a subscribe was refused");
            }
        }

        /// <summary>The list after a delta, which must build on the one that is here: nothing overtakes its base.</summary>
        private Snapshot? Patched(ulong id, SnapshotDelta delta)
        {
            if (!_lists.TryGetValue(id, out Snapshot? before) || before.Revision != delta.BaseRevision)
            {
                Faults.Enqueue($"delta on {delta.BaseRevision} to {delta.Revision} does not fit {_lists.GetValueOrDefault(id)?.Revision}");
                return null;
            }

            HashSet<(string, string, uint)> changed = [
                .. delta.Removed.Select(static key => (key.Cluster, key.Ip, key.Port)),
                .. delta.Upserted.Select(static instance => (instance.Cluster, instance.Ip, instance.Port))];
            Snapshot after = before.Clone();
            after.Instances.Clear();
            after.Instances.AddRange(before.Instances.Where(instance => !changed.Contains((instance.Cluster, instance.Ip, instance.Port))));
            after.Instances.AddRange(delta.Upserted);
            after.Revision = delta.Revision;
            after.EmptyReason = delta.EmptyReason;
            return after;
        }

        private static Snapshot Sorted(Snapshot list)
        {
            Snapshot sorted = list.Clone();
            sorted.Instances.Clear();
            sorted.Instances.AddRange(list.Instances.OrderBy(static instance => instance.Ip, StringComparer.Ordinal).ThenBy(static instance => instance.Port));
            return sorted;
        }

        private void Keep(ulong id, Snapshot list)
        {
            // The first list is a push as well: none of a subscription overtakes another one.
            if (_lists.TryGetValue(id, out Snapshot? before) && list.Revision <= before.Revision)
            {
                Faults.Enqueue($"push {list.Revision} after {before.Revision}");
            }

            _lists[id] = list;
        }
    }
}
