using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Bench.Framing;

/// <summary>What the check of a body costs beside the parsing that follows it: a registration, and a batch of a thousand.</summary>
[MemoryDiagnoser]
public class MessageCheckBenchmarks
{
    private ReadOnlySequence<byte> _body;
    private IMessage _message = null!;

    [Params(1, 1_000)]
    public int Instances { get; set; }

    /// <summary>Labels of metadata per instance.</summary>
    [Params(0, 4)]
    public int Labels { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        BatchRegisterRequest request = new() { Namespace = "public", Group = "DEFAULT_GROUP", Name = "orders-service" };
        for (int i = 0; i < Instances; i++)
        {
            Instance instance = new() { Ip = $"10.0.{i / 250}.{i % 250}", Port = 8080, Weight = 1, Healthy = true, Cluster = "DEFAULT" };
            instance.Metadata.Add(Enumerable.Range(0, Labels).Select(label => new Label { Key = $"preserved.key.{label}", Value = $"value {label}" }));
            request.Instances.Add(instance);
        }

        _message = request;
        _body = new ReadOnlySequence<byte>(request.ToByteArray());
    }

    [Benchmark(Baseline = true)]
    public IMessage Parse() => _message.Descriptor.Parser.ParseFrom(_body);

    [Benchmark]
    public bool Check() => MessageCheck.IsWellFormed(MessageShape.BatchRegisterRequest, _body);
}
