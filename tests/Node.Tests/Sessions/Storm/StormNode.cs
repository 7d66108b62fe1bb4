using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;

namespace FastRegistry.Node.Tests.Sessions.Storm;

/// <summary>A node on a simulated network with services in it, and readers that come to it all at once; the output of the node is looked at after each event.</summary>
internal sealed class StormNode : IDisposable
{
    public const string Host = "node";
    public const int Port = 7848;

    // With what stands around it, an instance has 250 bytes: more than 64 of them are in a list of 25 KB, so a worker of the node encodes it.
    private const int MetadataBytes = 226;
    private const int InstanceBytes = 250;
    private const int InstancesInPart = 2000;

    private readonly List<(string Name, Task Reading)> _reading = [];
    private readonly List<RawClient> _providers = [];

    public StormNode(LinkOptions link, OutboundBudget? budget = null)
    {
        Node = new NodeFixture(budget: budget, push: new FastRegistry.Registry.Push.PushOptions());
        Network = new SimulatedNetwork(Node.Time, Node.Scheduler, Blocks) { DefaultLink = link };
        Network.Listen(Host, Port, Accept);
    }

    public NodeFixture Node { get; }

    public SimulatedNetwork Network { get; }

    /// <summary>What is on the way or unread; the blocks of the node are its own.</summary>
    public BlockPool Blocks { get; } = new();

    public List<CountingReader> Readers { get; } = [];

    public long HighestBudgetUse { get; private set; }

    public long HighestBlocksRented { get; private set; }

    public TimeSpan Now => TimeSpan.FromTicks(Node.Time.GetTimestamp());

    /// <summary>Registers a service of about so many kilobytes by a client of its own; returns the list.</summary>
    public Snapshot Publish(string service, int kilobytes)
    {
        RawClient provider = Node.Connect();
        _providers.Add(provider);
        string metadata = new('x', MetadataBytes);
        Instance[] instances = [.. Enumerable.Range(0, kilobytes * 1000 / InstanceBytes).Select(i => NamingClient.NewInstance(1 + (i % 50_000), $"10.0.0.{1 + (i / 50_000)}", metadata: metadata))];
        Instance[][] parts = [.. instances.Chunk(InstancesInPart)];
        for (int i = 0; i < parts.Length; i++)
        {
            BatchRegisterRequest request = new() { Name = service, Replace = true, Set = 1, More = i < parts.Length - 1, Instances = { parts[i] } };
            provider.Call(MessageType.BatchRegister, request).Answer(RegisterReply.Parser);
        }

        return provider.Query(service);
    }

    /// <summary>A reader connects; what it sends stands in <paramref name="requests"/>.</summary>
    public CountingReader Connect(Action<CountingReader> requests, byte[]? instanceId = null)
    {
        CountingReader reader = new();
        string host = $"reader-{Readers.Count}";
        Readers.Add(reader);
        _reading.Add((host, reader.ConnectAsync(Network, host, Host, Port, requests, instanceId)));
        return reader;
    }

    /// <summary>Lets time pass until the condition holds; nobody may be closed meanwhile. Returns how long it took.</summary>
    public TimeSpan RunUntil(Func<bool> condition, TimeSpan deadline) => Node.Time.AdvanceUntil(condition, deadline, Pump);

    public void Advance(TimeSpan time) => Node.Time.AdvanceByTimers(time, Pump);

    /// <summary>Readers leave; the time of the fleet begins again.</summary>
    public void CloseReaders()
    {
        Readers.ForEach(static reader => reader.Close());
        RunUntil(() => Network.Connections.Count == 0, TimeSpan.FromMinutes(1));
        Readers.Clear();
        _reading.Clear();
        HighestBudgetUse = HighestBlocksRented = 0;
    }

    /// <summary>Readers and providers leave; then the node must hold nothing.</summary>
    public void CloseAll()
    {
        Readers.ForEach(static reader => reader.Close());
        Readers.Clear();
        _reading.Clear();
        _providers.ForEach(static provider => provider.Close());
        _providers.Clear();
        Node.AssertNothingHeld();
        Assert.Empty(Network.Connections);
        Assert.Equal(0, Blocks.Rented);
    }

    public void AssertNobodyWasClosed()
    {
        foreach ((string name, Task reading) in _reading)
        {
            Assert.False(reading.IsFaulted, $"{name}: {reading.Exception}");
        }

        for (int i = 0; i < Readers.Count; i++)
        {
            CountingReader reader = Readers[i];
            Assert.True(reader.GoAway is null, $"reader {i} was sent away: {reader.GoAway}");
            Assert.False(reader.IsClosed, $"reader {i} was closed by the node after {reader.Lists} lists and {reader.Answers} answers");
            Assert.Empty(reader.Errors);
        }
    }

    public void Dispose()
    {
        Node.Dispose();
        Network.Dispose();
    }

    private void Accept(SimulatedEnd end)
    {
        PipeConnection connection = new(end, Node.Resources, Node.Scheduler, end.RemoteEndPoint);
        if (Node.Node.Acceptor.Accept(connection) is { } handler)
        {
            connection.Start(handler);
        }
        else
        {
            connection.Abort(CloseReason.Aborted);
            end.Close();
        }
    }

    private void Pump()
    {
        Node.Pump();
        HighestBudgetUse = Math.Max(HighestBudgetUse, Node.Resources.Budget.UsedBytes);
        HighestBlocksRented = Math.Max(HighestBlocksRented, Node.Resources.Blocks.Rented);
    }
}
