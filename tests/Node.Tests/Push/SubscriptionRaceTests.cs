using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Node.Tests.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;
using static FastRegistry.Tests.NamingClient;
using Subscription = FastRegistry.Wire.Messages.Subscription;

namespace FastRegistry.Node.Tests.Push;

/// <summary>Subscriptions that come and go on real threads while lists of all sizes change, streams are reset and connections end.</summary>
public sealed class SubscriptionRaceTests
{
    private const int Services = 6;
    private const int Clients = 12;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_subscriber_ends_with_the_newest_list_and_nothing_is_held()
    {
        TestLog log = new();
        RegistryNodeOptions options = new RegistryNodeOptions
        {
            Deadlines = new DeadlineOptions { WarmUp = TimeSpan.Zero },
            Workers = new WorkerOptions { Push = 3, Requests = 3 },
        }.Check();
        await using RegistryNode node = new(options, TimeProvider.System, log);
        node.StartWorkers();
        node.Start();
        ConcurrentQueue<string> faults = new();
        Stopwatch running = Stopwatch.StartNew();
        Task writer = Task.Run(() => Write(node.Registry, running), TestContext.Current.CancellationToken);
        RaceClient[] clients = await Task.WhenAll(
            Enumerable.Range(0, Clients).Select(seed => Task.Run(() => Live(node, seed, running, faults), TestContext.Current.CancellationToken)));
        await writer;

        Stopwatch waiting = Stopwatch.StartNew();
        while (!clients.All(client => client.SeesNewest(node.Registry)) && waiting.Elapsed < Patience)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.All(clients, client => Assert.True(client.SeesNewest(node.Registry), client.ToString()));
        Assert.Empty(faults);
        Assert.Equal(Clients * Services, node.Registry.SubscriptionCount);
        Array.ForEach(clients, static client => client.Close());
        await Eventually.TrueAsync(() => node.Services.Sessions.Count == 0 && node.Registry.SubscriptionCount == 0 && node.Services.Clients.Count == 0);
        await Eventually.TrueAsync(() => node.Resources.Budget.UsedBytes == 0 && node.Resources.Blocks.Rented == 0);
        Assert.Empty(log.Lines);
    }

    private static void Write(ServiceRegistry registry, Stopwatch running)
    {
        Random random = new(99);
        RegistryClient client = Make.Client("writer");
        while (running.Elapsed < Duration)
        {
            // Services 0 to 2 stay small; the lists of the others are streams, most of the time.
            int service = random.Next(Services);
            int most = service < 3 ? 20 : 300;
            FastRegistry.Registry.Instances.Instance[] some = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(1, most)).Distinct().Select(port => Make.Instance(port, weight: random.Next(1, 9), metadata: new string('m', 900)))];
            if (random.Next(40) == 0)
            {
                registry.Register(client, Make.Key($"s{service}"), [.. Enumerable.Range(1, most).Select(static port => Make.Instance(port, metadata: new string('m', 900)))], replace: true);
            }
            else
            {
                registry.Register(client, Make.Key($"s{service}"), some, replace: random.Next(100) == 0);
            }

            if (random.Next(4) == 0)
            {
                Thread.Sleep(1);
            }
        }
    }

    /// <summary>One client after another, until the time is over; the last one subscribes to everything and stays.</summary>
    private static RaceClient Live(RegistryNode node, int seed, Stopwatch running, ConcurrentQueue<string> faults)
    {
        Random random = new(seed);
        while (running.Elapsed < Duration)
        {
            RaceClient client = new(node, isSlow: seed % 3 == 0, faults);
            int steps = random.Next(20, 400);
            for (int i = 0; i < steps && running.Elapsed < Duration; i++)
            {
                client.DoSomething(random);
                if (random.Next(3) == 0)
                {
                    Thread.Sleep(1);
                }
            }

            client.Close();
        }

        RaceClient last = new(node, isSlow: seed % 3 == 0, faults);
        for (int i = 0; i < 50; i++)
        {
            last.DoSomething(random);
        }

        last.SubscribeToTheRest();
        return last;
    }

    private sealed class RaceClient : IConnectionHandler
    {
        private readonly Lock _clientLock = new();
        private readonly Dictionary<ulong, Watched> _watched = [];
        private readonly StreamAssembler _assembler = new(StreamLimits.Default);
        private readonly PipeConnection _connection;
        private readonly ConcurrentQueue<string> _faults;
        private readonly bool _isSlow;
        private ulong _lastId;
        private ulong _lastQuery = 1_000_000;
        private ulong _pushes;

        public RaceClient(RegistryNode node, bool isSlow, ConcurrentQueue<string> faults)
        {
            _isSlow = isSlow;
            _faults = faults;
            (PipeConnection server, _connection) = InMemoryTransport.CreatePair(node.Resources, capacityBytes: isSlow ? 8 * 1024 : 256 * 1024);
            server.Start(node.Acceptor.Accept(server)!);
            _connection.Start(this);
            Send([.. RawClient.PrefaceBytes(), .. RawClient.RequestBytes(MessageType.Setup, 1, RawClient.NewSetup())]);
        }

        public void DoSomething(Random random)
        {
            switch (random.Next(6))
            {
                case 0 or 1 or 2:
                    Subscribe(random.Next(Services));
                    break;
                case 3:
                    Unsubscribe(random);
                    break;
                case 4:
                    AskAgain(random);
                    break;
                default:
                    Send(RawClient.RequestBytes(MessageType.Query, Interlocked.Increment(ref _lastQuery), new QueryRequest { Name = $"s{random.Next(Services)}" }));
                    break;
            }
        }

        public void SubscribeToTheRest()
        {
            for (int service = 0; service < Services; service++)
            {
                Subscribe(service);
            }
        }

        public bool SeesNewest(ServiceRegistry registry)
        {
            lock (_clientLock)
            {
                return _watched.Count == Services && _watched.Values.All(watched => watched.List is { } list
                    && registry.Find(watched.Service) is { } entry
                    && entry.Revision == (long)list.Revision
                    && ListReader.Sorted(list.Instances).SequenceEqual(ListReader.Sorted(Snapshot.Parser.ParseFrom(entry.GetSnapshot().Encode(InstanceFilter.All)).Instances)));
            }
        }

        public void Close() => _connection.Abort(CloseReason.Aborted);

        public ReceiveResult OnReceived(in ReadOnlySequence<byte> received, BatchWriter replies)
        {
            if (_isSlow)
            {
                Thread.Sleep(1);
            }

            ReadOnlySequence<byte> buffer = received;
            lock (_clientLock)
            {
                while (FrameReader.TryRead(ref buffer, WireLimits.MaximumBodyBytes, out Frame frame, out _) == FrameReadStatus.Frame)
                {
                    TakeLocked(frame, replies);
                }
            }

            return new ReceiveResult(buffer.Start, received.End);
        }

        public void OnDrained()
        {
        }

        public void OnClosed(CloseReason reason)
        {
            if (reason.Kind != CloseKind.Aborted)
            {
                _faults.Enqueue($"closed: {reason}");
            }
        }

        public override string ToString()
        {
            lock (_clientLock)
            {
                return $"slow: {_isSlow}, closed: {_connection.CloseReason}, pushes: {_pushes}, {string.Join(' ', _watched.Select(static one => $"{one.Key}:{one.Value.Service}@{one.Value.List?.Revision}"))}";
            }
        }

        private void Subscribe(int service)
        {
            Subscription subscription;
            lock (_clientLock)
            {
                if (_watched.Values.Any(watched => watched.Service == $"s{service}"))
                {
                    return;
                }

                subscription = NewSubscription(++_lastId, $"s{service}");
                _watched.Add(subscription.Id, new Watched(subscription.Name));
            }

            Ask(subscription);
        }

        private void Unsubscribe(Random random)
        {
            ulong id;
            lock (_clientLock)
            {
                if (_watched.Count == 0)
                {
                    return;
                }

                id = _watched.Keys.ElementAt(random.Next(_watched.Count));
                _watched.Remove(id);
                if (_assembler.TryCancel(FrameKind.Push, id, out StreamResetBody reset))
                {
                    byte[] body = new byte[StreamResetBody.Size];
                    reset.Write(body);
                    Send(RawClient.FrameBytes(new FrameHeader(StreamResetBody.Size, FrameKind.StreamReset, FrameFlags.None, MessageType.None, 0), body));
                }
            }

            Send(RawClient.RequestBytes(MessageType.Unsubscribe, 20, new UnsubscribeRequest { SubscriptionId = id }));
        }

        private void AskAgain(Random random)
        {
            Subscription? subscription = null;
            lock (_clientLock)
            {
                if (_watched.Count > 0)
                {
                    (ulong id, Watched watched) = _watched.ElementAt(random.Next(_watched.Count));
                    subscription = NewSubscription(id, watched.Service);
                    subscription.Held = watched.List?.Hold();
                    watched.AskedAgain = true;
                }
            }

            if (subscription is not null)
            {
                Ask(subscription);
            }
        }

        private void Ask(Subscription subscription) =>
            Send(RawClient.RequestBytes(MessageType.Subscribe, 10, new SubscribeRequest { Subscriptions = { subscription } }));

        private void Send(byte[] bytes)
        {
            BatchWriter batch = _connection.RentBatch();
            batch.Write(bytes);
            _connection.SendBatch(batch);
            _connection.ReturnBatch(batch);
        }

        private void TakeLocked(in Frame frame, BatchWriter replies)
        {
            FrameHeader header = frame.Header;
            ReadOnlyMemory<byte> body;
            switch (header.Kind)
            {
                case FrameKind.Chunk:
                    StreamOutcome outcome = _assembler.Add(frame, out header, out body, out CreditBody? credit);
                    if (credit is { } more)
                    {
                        replies.WriteCredit(more);
                    }

                    if (outcome == StreamOutcome.Violation)
                    {
                        _faults.Enqueue("stream violation");
                    }

                    if (outcome != StreamOutcome.Complete)
                    {
                        return;
                    }

                    break;
                case FrameKind.StreamReset:
                    _assembler.Reset(StreamResetBody.Read(frame.Body).StreamId);
                    return;
                default:
                    body = frame.Body.ToArray();
                    break;
            }

            if (header.Kind == FrameKind.Push)
            {
                _pushes++;
                if ((header.Flags & FrameFlags.AckNow) != 0)
                {
                    byte[] ack = new byte[UInt64Body.Size];
                    new UInt64Body(_pushes).Write(ack);
                    replies.Write(RawClient.FrameBytes(new FrameHeader(UInt64Body.Size, FrameKind.Ack, FrameFlags.None, MessageType.None, 0), ack));
                }

                TakePushLocked(header, body.Span[PushPrefix.Size..]);
            }
            else if (header.Kind == FrameKind.GoAway || (header.Flags & FrameFlags.Error) != 0)
            {
                _faults.Enqueue($"{header}: {System.Text.Encoding.UTF8.GetString(body.Span)}");
            }
            else if (header is { Kind: FrameKind.Response, Type: MessageType.Subscribe } && SubscribeReply.Parser.ParseFrom(body.Span).Refused.Count > 0)
            {
                _faults.Enqueue("refused");
            }
        }

        private void TakePushLocked(in FrameHeader header, ReadOnlySpan<byte> message)
        {
            if (!_watched.TryGetValue(header.CorrelationId, out Watched? watched))
            {
                return;
            }

            switch (header.Type)
            {
                case MessageType.SnapshotPush:
                    watched.List = Snapshot.Parser.ParseFrom(message);
                    break;
                case MessageType.DeltaPush when SnapshotDelta.Parser.ParseFrom(message) is var delta:
                    if (watched.List?.Revision == delta.BaseRevision)
                    {
                        watched.List = watched.List.With(delta);
                    }
                    else if (watched.AskedAgain)
                    {
                        // What was held when it asked is not what it holds now.
                        Ask(NewSubscription(header.CorrelationId, watched.Service));
                    }
                    else
                    {
                        _faults.Enqueue($"a delta on {delta.BaseRevision} does not fit {watched.List?.Revision}");
                    }

                    break;
                case MessageType.UnchangedPush when SnapshotUnchanged.Parser.ParseFrom(message) is var unchanged:
                    if (watched.List is null || (unchanged.Revision < watched.List.Revision && !watched.AskedAgain))
                    {
                        _faults.Enqueue($"unchanged at {unchanged.Revision}, held is {watched.List?.Revision}");
                    }

                    watched.IsUnsure |= watched.List?.Revision != unchanged.Revision;
                    break;
                default:
                    _faults.Enqueue($"pushed {header.Type}");
                    break;
            }

            if (watched.IsUnsure)
            {
                // Asked again from a list that was replaced meanwhile: what it holds now is for the node to say.
                watched.IsUnsure = false;
                Ask(NewSubscription(header.CorrelationId, watched.Service));
            }
        }

        private sealed class Watched(string service)
        {
            public string Service { get; } = service;

            public Snapshot? List { get; set; }

            public bool AskedAgain { get; set; }

            public bool IsUnsure { get; set; }
        }
    }
}
