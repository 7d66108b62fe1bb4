using System.IO.Pipelines;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport.InMemory;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRegistry.Bench.Transport;

/// <summary>
/// Requests from a client to a real session of a real node and back, in memory: everything but the kernel. Figures are per request; "outstanding"
/// requests go out in one batch, and the next batch when all are answered.
/// </summary>
[MemoryDiagnoser]
public class RoundTripBenchmarks
{
    private const int Requests = 1024;
    private const int Instances = 10;
    private const string Service = "orders";

    private RegistryNode _node = null!;
    private RoundTripClient _client = null!;
    private byte[] _query = [];

    [Params(1, 64)]
    public int Outstanding { get; set; }

    /// <summary>Inline: one thread does all, so the time is the processor time. ThreadPool: both sides run on the pool, as with sockets.</summary>
    [Params(RoundTripScheduling.Inline, RoundTripScheduling.ThreadPool)]
    public RoundTripScheduling Scheduling { get; set; }

    [GlobalSetup]
    public async Task SetUp()
    {
        RegistryNodeOptions options = new() { Deadlines = new DeadlineOptions { WarmUp = TimeSpan.Zero } };
        _node = new RegistryNode(options.Check(), TimeProvider.System, NullLogger.Instance);
        _node.StartWorkers();
        _node.Start();
        PipeScheduler scheduler = Scheduling == RoundTripScheduling.Inline ? PipeScheduler.Inline : PipeScheduler.ThreadPool;
        (PipeConnection near, PipeConnection far) = InMemoryTransport.CreatePair(_node.Resources, scheduler);
        far.Start(_node.Acceptor.Accept(far)!);
        _client = new RoundTripClient(near);
        await _client.SetUpAsync(new SetupRequest { ClientName = "bench", ClientInstanceId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)), ConnectionNumber = 1 });
        await _client.CallAsync(MessageType.BatchRegister, CreateRegistration());
        _query = new QueryRequest { Name = Service }.ToByteArray();
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _node.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Requests)]
    public async Task Ping()
    {
        for (int done = 0; done < Requests; done += Outstanding)
        {
            await _client.PingAsync(Outstanding);
        }
    }

    /// <summary>The list of a service of ten instances, without filter.</summary>
    [Benchmark(OperationsPerInvoke = Requests)]
    public async Task Query()
    {
        for (int done = 0; done < Requests; done += Outstanding)
        {
            await _client.QueryAsync(Outstanding, _query);
        }
    }

    private static BatchRegisterRequest CreateRegistration()
    {
        BatchRegisterRequest request = new() { Name = Service };
        for (int i = 0; i < Instances; i++)
        {
            Instance instance = new() { Ip = $"10.0.0.{i + 1}", Port = 8080 };
            instance.Metadata.Add(new Label { Key = "version", Value = "1.0" });
            instance.Metadata.Add(new Label { Key = "zone", Value = "a" });
            request.Instances.Add(instance);
        }

        return request;
    }
}
