using BenchmarkDotNet.Attributes;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRegistry.Bench.Registry;

/// <summary>
/// Writes into a service that has instances already, without a session around them. Figures are per write. The goal: in a service of 50,000 instances no write
/// costs more than 1.5 times what it costs in one of 10.
/// </summary>
/// <remarks>Instances take turns, so that a write finds neither its instance nor its neighbours in the processor's caches.</remarks>
[MemoryDiagnoser]
public class RegisterBenchmarks
{
    // Per benchmark invocation.
    private const int Writes = 1000;
    private static readonly ServiceKey Service = new("public", "DEFAULT_GROUP", "orders");

    private readonly Instance[][] _newcomers = new Instance[Writes][];
    private readonly InstanceIdentity[][] _leavers = new InstanceIdentity[Writes][];
    private readonly Instance[][] _same = new Instance[Writes][];
    private readonly Instance[][] _changes = new Instance[Writes][];
    private readonly Instance[][] _furtherChanges = new Instance[Writes][];
    private RegistryNode _node = null!;
    private RegistryClient _client = null!;

    [Params(10, 50_000)]
    public int Instances { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        ServerOptions options = new()
        {
            Deadlines = new DeadlineOptions { WarmUp = TimeSpan.Zero },
            Limits = new LimitOptions { InstancesPerService = 100_000, PublicationsPerClient = 100_000 },
        };
        _node = new RegistryNode(ServerOptionsReader.Check(options), TimeProvider.System, NullLogger.Instance);
        _client = new RegistryClient(ClientKind.Native, "bench");
        for (int number = 0; number < Instances; number++)
        {
            Write([CreateInstance("10.0.0.1", number, weight: 1)]);
        }

        for (int i = 0; i < Writes; i++)
        {
            // Spread over the whole service; in a small one each instance has its turn several times, with another weight each time.
            int existing = (int)((long)i * Math.Max(1, Instances / Writes) % Instances);
            int turn = i / Instances;
            _newcomers[i] = [CreateInstance("10.0.0.2", i, weight: 1)];
            _leavers[i] = [_newcomers[i][0].Identity];
            _same[i] = [CreateInstance("10.0.0.1", existing, weight: 1)];
            _changes[i] = [CreateInstance("10.0.0.1", existing, weight: 2 + turn)];
            _furtherChanges[i] = [CreateInstance("10.0.0.1", existing, weight: 1002 + turn)];
        }
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _node.DisposeAsync();

    /// <summary>A new identity comes; half of the writes are it leaving again, so that the service keeps its size.</summary>
    [Benchmark(OperationsPerInvoke = 2 * Writes)]
    public void RegisterNewAndDeregister()
    {
        for (int i = 0; i < Writes; i++)
        {
            Write(_newcomers[i]);
        }

        for (int i = 0; i < Writes; i++)
        {
            _node.Registry.Deregister(_client, Service, _leavers[i]);
        }
    }

    /// <summary>The same instance once more: nothing changes.</summary>
    [Benchmark(OperationsPerInvoke = Writes)]
    public void RegisterTheSameAgain()
    {
        for (int i = 0; i < Writes; i++)
        {
            Write(_same[i]);
        }
    }

    /// <summary>Another weight each time.</summary>
    [Benchmark(OperationsPerInvoke = 2 * Writes)]
    public void RegisterAChange()
    {
        for (int i = 0; i < Writes; i++)
        {
            Write(_changes[i]);
        }

        for (int i = 0; i < Writes; i++)
        {
            Write(_furtherChanges[i]);
        }
    }

    private static Instance CreateInstance(string ip, int number, double weight) => Instance.Create(
        new InstanceIdentity("DEFAULT", ip, 1 + number), weight, metadata: [KeyValuePair.Create("version", "1.0.0"), KeyValuePair.Create("zone", "zone-a")]);

    private void Write(Instance[] instances)
    {
        if (_node.Registry.Register(_client, Service, instances, replace: false).Error is { } error)
        {
            throw new InvalidOperationException(error.Text);
        }
    }
}
