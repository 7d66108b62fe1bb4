using System.IO.Pipelines;
using System.Net;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.InMemory;
using Microsoft.Extensions.Logging;

namespace FastRegistry.Tests;

/// <summary>A node without listeners whose time, wheel, workers and transports move only when the test says so, all on the test's thread.</summary>
internal sealed class NodeFixture : IDisposable
{
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    private readonly WheelDriver _driver;

    public NodeFixture(
        LimitOptions? limits = null,
        DeadlineOptions? deadlines = null,
        OutboundLimits? outbound = null,
        OutboundBudget? budget = null,
        int pushWorkers = 1,
        bool start = true,
        EventOptions? events = null,
        ILogger? eventLog = null,
        PushOptions? push = null,
        string id = "node-under-test",
        params INodeObserver[] observers)
    {
        Options = new RegistryNodeOptions
        {
            Node = new NodeOptions { Id = id },
            Limits = limits ?? new LimitOptions(),
            Deadlines = deadlines ?? new DeadlineOptions { WarmUp = TimeSpan.Zero },
            Workers = new WorkerOptions { Push = pushWorkers },
            Events = events ?? new EventOptions(),

            // Most tests look at what a change sets off, not at when.
            Push = push ?? new PushOptions { MergeWindowMaximum = TimeSpan.Zero },
        }.Check();
        Resources = new TransportResources(outbound, budget);
        Node = new RegistryNode(Options, Time, Log, allowance: null, eventLog, observers, resources: Resources);
        _driver = new WheelDriver(Node.Wheel);
        Time.Advance(TimeSpan.Zero);
        if (start)
        {
            Node.Start();
        }

        RestingWheelEntries = Node.Wheel.AllocatedEntries;
    }

    public VirtualTimeProvider Time { get; } = new();

    public TestLog Log { get; } = new();

    public PumpedScheduler Scheduler { get; } = new();

    public RegistryNodeOptions Options { get; }

    public RegistryNode Node { get; }

    /// <summary>Pools and budget of the connections, both ends.</summary>
    public TransportResources Resources { get; }

    public int RestingWheelEntries { get; }

    public ServiceRegistry Registry => Node.Registry;

    public TimingWheel Wheel => Node.Wheel;

    /// <summary>A connection that has sent nothing yet.</summary>
    public RawClient ConnectBare(int capacityBytes = InMemoryTransport.DefaultCapacityBytes, string? address = null)
    {
        IPEndPoint? remote = address is null ? null : new IPEndPoint(IPAddress.Parse(address), 50_000);
        (PipeConnection connection, IDuplexPipe peer) = InMemoryTransport.CreateWithBarePeer(Resources, Scheduler, capacityBytes, remote);
        IConnectionHandler? handler = Node.Acceptor.Accept(connection);
        if (handler is not null)
        {
            connection.Start(handler);
        }

        RawClient client = new(this, connection, handler, peer);
        Pump();
        return client;
    }

    /// <summary>A client that has done its set-up.</summary>
    public RawClient Connect(byte[]? instanceId = null, int capacityBytes = InMemoryTransport.DefaultCapacityBytes)
    {
        RawClient client = ConnectBare(capacityBytes);
        client.SetUp(instanceId);
        return client;
    }

    /// <summary>A client of an application that has done its set-up.</summary>
    public RawClient ConnectApplication(string application, string? address = null)
    {
        RawClient client = ConnectBare(address: address);
        SetupRequest setup = RawClient.NewSetup();
        setup.Labels.Add(new Label { Key = "app", Value = application });
        client.SetUp(setup);
        return client;
    }

    /// <summary>Runs transports, request workers and push workers until nothing is left to do.</summary>
    public void Pump()
    {
        bool any;
        do
        {
            any = Scheduler.RunAll();
            any |= Node.Requests.Step();
            foreach (PushWorker worker in Node.Push.Workers)
            {
                any |= worker.Step();
            }

            foreach (ObserverQueue queue in Node.Events.Queues)
            {
                any |= queue.Step();
            }
        }
        while (any);
    }

    /// <summary>Runs transports only: requests and pushes wait for <see cref="Pump"/>.</summary>
    public void PumpTransports() => Scheduler.RunAll();

    /// <summary>Moves time on in small steps, working after each.</summary>
    public void Advance(TimeSpan time)
    {
        Pump();
        TimeSpan rest = time;
        while (rest > TimeSpan.Zero)
        {
            TimeSpan slice = rest < Slice ? rest : Slice;
            Time.Advance(slice);
            Pump();
            rest -= slice;
        }
    }

    /// <summary>Moves time on by milliseconds, one at a time, working after each.</summary>
    public void AdvanceMilliseconds(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            Pump();
        }
    }

    public void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Checks that what sessions hold was given back; services may still wait to be forgotten.</summary>
    public void AssertNothingHeld()
    {
        AdvanceSeconds(75);
        Assert.Equal(0, Node.Services.Sessions.Count);
        Assert.Equal(0, Node.Services.Clients.Count);
        Assert.Equal(0, Node.Services.Profiles.Count);
        Assert.Equal(0, Node.Services.Limits.Addresses);
        Assert.Equal(0, Node.Services.Limits.Applications);
        Assert.Equal(0, Registry.PublicationCount);
        Assert.Equal(0, Registry.ServiceCount);
        Assert.Equal(0, Resources.Blocks.Rented);
        Assert.Equal(0, Resources.Budget.UsedBytes);
        Assert.Equal(RestingWheelEntries, Wheel.AllocatedEntries);
    }

    public void Dispose()
    {
        _driver.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Node.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Assert.Empty(Log.Lines);
        Assert.Equal(0, Wheel.OwnerFaults);
    }
}
