using BenchmarkDotNet.Attributes;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Configuration;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Bench.Registry;

/// <summary>Work that is not O(1) and how long it would keep an event loop, or a service's gate, from everybody else.</summary>
public class StallBenchmarks
{
    private readonly byte[] _batch;
    private RegistryNode _node = null!;
    private RegistryClient _client = null!;
    private ServiceKey _service = null!;
    private int _round;

    public StallBenchmarks()
    {
        Messages.BatchRegisterRequest request = new() { Name = "batch" };
        for (int number = 0; number < Instances; number++)
        {
            Messages.Instance instance = new() { Ip = "10.0.0.1", Port = (uint)(1 + number) };
            instance.Metadata.Add(new Messages.Label { Key = "version", Value = "1.0.0" });
            instance.Metadata.Add(new Messages.Label { Key = "zone", Value = "zone-a" });
            request.Instances.Add(instance);
        }

        _batch = request.ToByteArray();
    }

    public static int Instances => 10_000;

    [GlobalSetup]
    public void SetUp() => _node = new RegistryNode(
        ServerOptionsReader.Check(new ServerOptions
        {
            Deadlines = new DeadlineOptions { WarmUp = TimeSpan.Zero },
            Limits = new LimitOptions { InstancesPerService = 100_000, PublicationsPerClient = 100_000 },
        }),
        TimeProvider.System,
        NullLogger.Instance);

    [GlobalCleanup]
    public async Task CleanUp() => await _node.DisposeAsync();

    [IterationSetup(Targets = [nameof(RegisterBatch)])]
    public void Begin()
    {
        _client = new RegistryClient(ClientKind.Native, $"{++_round}");
        _service = new ServiceKey("public", "DEFAULT_GROUP", $"s{_round}");
    }

    [IterationSetup(Targets = [nameof(ReleaseClient), nameof(BuildList)])]
    public void Fill()
    {
        Begin();
        RegisterBatch();
    }

    /// <summary>A client goes, in one piece: a client with more than 512 publications goes in slices instead.</summary>
    [Benchmark]
    public void ReleaseClient() => _node.Registry.Release(_client);

    /// <summary>A batch is parsed, checked and published.</summary>
    [Benchmark]
    public void RegisterBatch()
    {
        Messages.BatchRegisterRequest request = Messages.BatchRegisterRequest.Parser.ParseFrom(_batch);
        Instance[] instances = new Instance[request.Instances.Count];
        for (int i = 0; i < instances.Length; i++)
        {
            _ = InstanceFactory.TryCreate(request.Instances[i], "", out instances[i]);
        }

        _node.Registry.Register(_client, _service, instances, replace: false);
    }

    /// <summary>The first reader after a change copies the list under the service's gate.</summary>
    [Benchmark]
    public object BuildList()
    {
        _node.Registry.TryGet(_service, out ServiceEntry? entry);
        return entry!.GetSnapshot();
    }
}
