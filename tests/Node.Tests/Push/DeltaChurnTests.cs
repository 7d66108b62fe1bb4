using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;
using Instance = FastRegistry.Wire.Messages.Instance;
using InstanceIdentity = FastRegistry.Registry.Instances.InstanceIdentity;

namespace FastRegistry.Node.Tests.Push;

/// <summary>Random changes by several clients, subscribers of every kind: at quiet everybody has the server's list.</summary>
public sealed class DeltaChurnTests(ITestOutputHelper output)
{
    private const string Service = "s";

    [Fact]
    public void Many_small_services_under_churn_end_alike_everywhere()
    {
        Churn total = new();
        for (int seed = 0; seed < 60; seed++)
        {
            total += new Run(seed, instances: 120 + (seed * 5)).Execute(steps: 120);
        }

        Report(total);
    }

    [Fact]
    public void A_service_of_five_thousand_instances_under_churn_ends_alike_everywhere()
    {
        Churn churn = new Run(seed: 4711, instances: 5000).Execute(steps: 400);
        Report(churn);
        Assert.True(churn.PushedBytes * 5 < churn.WholeListBytes, $"{churn}");
    }

    [Fact]
    public void Many_small_services_whose_protection_comes_and_goes_end_alike_everywhere()
    {
        Churn total = new();
        for (int seed = 1000; seed < 1040; seed++)
        {
            total += new Run(seed, instances: 120 + (seed % 40 * 5), threshold: 0.75).Execute(steps: 150);
        }

        Report(total);
        Assert.True(total.Crossings > 200, $"{total}");
        Assert.True(total.DeltasAcrossProtection > 100, $"{total}");
    }

    [Fact]
    public void A_service_of_five_thousand_instances_whose_protection_comes_and_goes_ends_alike_everywhere()
    {
        Churn churn = new Run(seed: 4712, instances: 5000, threshold: 0.8).Execute(steps: 400);
        Report(churn);
        Assert.True(churn.Crossings >= 10, $"{churn}");
        Assert.True(churn.DeltasAcrossProtection > 0, $"{churn}");
        Assert.True(churn.PushedBytes * 3 < churn.WholeListBytes, $"{churn}");
    }

    private void Report(Churn churn) => output.WriteLine(
        $"protection crossed {churn.Crossings} times, {churn.DeltasAcrossProtection} times by a delta; {churn.Deltas} deltas and {churn.Lists} whole lists: {churn.PushedBytes:N0} bytes pushed; as whole lists they would have been {churn.WholeListBytes:N0} ({(double)churn.WholeListBytes / churn.PushedBytes:F1} times)");

    private sealed record Churn(int Deltas = 0, int Lists = 0, long PushedBytes = 0, long WholeListBytes = 0, int Crossings = 0, int DeltasAcrossProtection = 0)
    {
        public static Churn operator +(Churn left, Churn right) => new(
            left.Deltas + right.Deltas,
            left.Lists + right.Lists,
            left.PushedBytes + right.PushedBytes,
            left.WholeListBytes + right.WholeListBytes,
            left.Crossings + right.Crossings,
            left.DeltasAcrossProtection + right.DeltasAcrossProtection);

        public Churn With(ListReader reader) => this + new Churn(
            reader.Deltas, reader.Lists, reader.PushedBytes, reader.WholeListBytes, reader.ProtectionChanges, reader.ProtectionChangesByDelta);
    }

    /// <summary>One service under one seed; with a threshold, health comes in waves that cross it.</summary>
    private sealed class Run(int seed, int instances, double? threshold = null)
    {
        // Of a wave, in steps.
        private const int WaveSteps = 25;

        private const int Publishers = 5;

        // Small, so that a reader that does not read is soon behind.
        private const int SlowCapacity = 2048;

        private static readonly string[] Clusters = ["", "east", "west"];

        private readonly Random _random = new(seed);
        private readonly NodeFixture _node = new(
            deadlines: new DeadlineOptions { WarmUp = TimeSpan.Zero, IdleProbe = TimeSpan.FromHours(1), SlowConsumer = TimeSpan.FromHours(1) },
            push: new PushOptions());

        private readonly List<RawClient> _publishers = [];
        private readonly List<Subscriber> _subscribers = [];
        private Churn _gone = new();
        private ulong _lastId;
        private int _unhealthyOneIn = 6;

        public Churn Execute(int steps)
        {
            using NodeFixture node = _node;
            for (int i = 0; i < Publishers; i++)
            {
                _publishers.Add(node.Connect());
                int each = instances / Publishers;
                _publishers[i].Batch(Service, replace: false, [.. Enumerable.Range(1 + (i * each), each).Select(NewRandom)]);
            }

            if (threshold is not null)
            {
                SetThreshold(threshold.Value);
            }

            foreach (bool isSlow in new[] { false, false, true })
            {
                _subscribers.Add(Subscribe(isSlow, healthyOnly: false));
                _subscribers.Add(Subscribe(isSlow, healthyOnly: true));
                _subscribers.Add(Subscribe(isSlow, healthyOnly: false, "east"));
            }

            for (int step = 0; step < steps; step++)
            {
                Change();
                Disturb();
                if (threshold is not null)
                {
                    _unhealthyOneIn = step / WaveSteps % 2 == 0 ? 2 : 12;
                    Sweep();
                    Operate();
                }

                node.AdvanceMilliseconds(_random.Next(3) == 0 ? _random.Next(40) : 0);
                foreach (Subscriber subscriber in _subscribers.Where(subscriber => !subscriber.IsSlow || _random.Next(60) == 0))
                {
                    subscriber.Reader.Drain();
                }
            }

            node.AdvanceMilliseconds(600);
            _subscribers.ForEach(static subscriber => subscriber.Reader.Drain());
            node.AdvanceMilliseconds(600);
            _subscribers.ForEach(static subscriber => subscriber.Reader.Drain());
            _subscribers.ForEach(AssertHasNewest);
            return _subscribers.Aggregate(_gone, static (sum, subscriber) => sum.With(subscriber.Reader));
        }

        private void AssertHasNewest(Subscriber subscriber)
        {
            ServiceEntry entry = _node.Registry.Find(Service)!;
            Snapshot newest = Snapshot.Parser.ParseFrom(entry.GetSnapshot().Encode(subscriber.Filter));
            Assert.True(entry.Revision == (long)subscriber.Reader.Revision, $"seed {seed}: {subscriber}");
            Assert.True(ListReader.Sorted(newest.Instances).SequenceEqual(subscriber.Reader.Instances), $"seed {seed}: {subscriber}");
            Assert.Equal(newest.ProtectionReached, subscriber.Reader.ProtectionReached);

            // Nothing overtakes the list it builds on.
            Assert.Equal(0, subscriber.Reader.Misfits);
        }

        private void Change()
        {
            int who = _random.Next(Publishers);
            RawClient publisher = _publishers[who];
            int number = NumberOf(who);
            switch (_random.Next(20))
            {
                case < 10:
                    publisher.Register(Service, NewRandom(number));
                    break;
                case < 15:
                    Instance instance = NewRandom(number);
                    publisher.Deregister(Service, (int)instance.Port, instance.Ip, instance.Cluster);
                    break;
                case < 18:
                    publisher.Batch(Service, replace: false, [.. Enumerable.Range(number, _random.Next(1, 30)).Select(NewRandom)]);
                    break;
                case 18 when _random.Next(4) == 0:
                    publisher.Batch(Service, replace: true, [.. Enumerable.Range(number, instances / Publishers).Select(NewRandom)]);
                    break;
                case 19 when _random.Next(4) == 0:
                    publisher.Close();
                    _publishers[who] = _node.Connect();
                    break;
                default:
                    _publishers[who].Register(Service, NewRandom(number));
                    break;
            }
        }

        /// <summary>The health of many moves with the wave.</summary>
        private void Sweep()
        {
            if (_random.Next(3) == 0)
            {
                int who = _random.Next(Publishers);
                _publishers[who].Batch(Service, replace: false, [.. Enumerable.Range(NumberOf(who), instances / 15).Select(NewRandom)]);
            }
        }

        /// <summary>Operators set and take back overrides, and now and then the threshold.</summary>
        private void Operate()
        {
            ServiceEntry entry = _node.Registry.Find(Service)!;
            if (_random.Next(4) == 0)
            {
                Instance instance = NewRandom(NumberOf(_random.Next(Publishers)));
                InstanceIdentity identity = new(instance.Cluster.Length == 0 ? "DEFAULT" : instance.Cluster, instance.Ip, (int)instance.Port);
                InstanceOverride value = _random.Next(3) == 0
                    ? new InstanceOverride()
                    : new InstanceOverride { Weight = _random.Next(5, 9), Enabled = _random.Next(3) == 0 ? false : null };
                _node.Registry.SetOverride(entry.Key, identity, (_, _) => value);
            }

            if (_random.Next(80) == 0)
            {
                SetThreshold(threshold!.Value + (_random.Next(-2, 3) * 0.01));
            }
        }

        private void SetThreshold(double value) => Assert.Equal(
            AdministrationOutcome.Done, _node.Registry.UpdateMetadata(Make.Key(Service), metadata => metadata with { ProtectThreshold = value }));

        /// <summary>Some numbers are published by two clients at a time.</summary>
        private int NumberOf(int publisher)
        {
            int each = instances / Publishers;
            return 1 + (publisher * each) + _random.Next(each + (each / 4));
        }

        private void Disturb()
        {
            if (_random.Next(12) != 0)
            {
                return;
            }

            // Cut, and back with a new connection; the revision starts again from what the server says.
            int index = _random.Next(_subscribers.Count);
            Subscriber cut = _subscribers[index];
            Assert.Equal(0, cut.Reader.Misfits);
            _gone = _gone.With(cut.Reader);
            cut.Client.Close();
            _subscribers[index] = Subscribe(cut.IsSlow, cut.HealthyOnly, cut.Clusters);
        }

        private Subscriber Subscribe(bool isSlow, bool healthyOnly, params string[] clusters)
        {
            RawClient client = isSlow
                ? _node.Connect(capacityBytes: SlowCapacity)
                : _node.Connect();
            return new Subscriber(client, new ListReader(client, ++_lastId, Service, healthyOnly, clusters), isSlow, healthyOnly, clusters);
        }

        private Instance NewRandom(int number)
        {
            string cluster = Clusters[number % Clusters.Length];
            Instance instance = NewInstance(8080, $"10.0.{number / 250}.{number % 250}", cluster, _random.Next(1, 4), $"zone-{_random.Next(4)}");
            if (_random.Next(_unhealthyOneIn) == 0)
            {
                instance.Healthy = false;
            }

            if (_random.Next(20) == 0)
            {
                instance.Enabled = false;
            }

            return instance;
        }

        private sealed record Subscriber(RawClient Client, ListReader Reader, bool IsSlow, bool HealthyOnly, string[] Clusters)
        {
            public InstanceFilter Filter { get; } = InstanceFilter.Create(Clusters, HealthyOnly);
        }
    }
}
