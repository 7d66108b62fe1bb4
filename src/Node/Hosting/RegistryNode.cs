using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using FastRegistry.Node.Admission;
using FastRegistry.Node.Configuration;
using FastRegistry.Node.Limits;
using FastRegistry.Node.Observability;
using FastRegistry.Node.Requests;
using FastRegistry.Node.Sessions;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Node.Workers;
using FastRegistry.Registry.Events;
using FastRegistry.Registry.Push;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Timing;
using FastRegistry.Wire.Transport;
using FastRegistry.Wire.Transport.Epoll;

namespace FastRegistry.Node.Hosting;

/// <summary>One node without its HTTP side: registry, sessions, workers, deadlines and the client listener, put together.</summary>
/// <remarks>
/// <para>
/// Created, started and stopped by its host, each once, in this order: the constructor, <see cref="StartWorkers"/>, <see cref="Bind"/>, <see cref="Start"/>,
/// <see cref="StopAsync"/>. Tests use it with in-memory connections and pump its workers themselves. The properties are the parts of the node: they live as long as it,
/// and callers take the part that they need, not the node.
/// </para>
/// <para>The node has no lock of its own; its state is one word that only moves forward.</para>
/// </remarks>
internal sealed partial class RegistryNode : IAcceptObserver, IAsyncDisposable
{
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _workers = [];
    private readonly SessionShedder _ruleShedder;
    private WheelDriver? _wheelDriver;
    private ClientListener? _listener;
    private int _state;

    /// <summary>Puts a node together; nothing runs yet.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="timeProvider">Source of all time.</param>
    /// <param name="log">For everything the node reports.</param>
    /// <param name="allowance">Connections it may hold; null = what the options say.</param>
    /// <param name="eventLog">The category events are written to; null = none.</param>
    /// <param name="observers">Further observers of events.</param>
    /// <param name="additionalDeadlines">Wheel entries that others than the node itself take: the HTTP side has one for each instance that beats and each poll.</param>
    /// <param name="resources">Pools and budget of the connections; null = of its own.</param>
    public RegistryNode(
        RegistryNodeOptions options,
        TimeProvider timeProvider,
        ILogger log,
        ConnectionAllowance? allowance = null,
        ILogger? eventLog = null,
        IEnumerable<INodeObserver>? observers = null,
        int additionalDeadlines = 0,
        TransportResources? resources = null)
    {
        allowance ??= ConnectionAllowance.Of(options.Limits, long.MaxValue, openFiles: 0);
        Options = options;
        _timeProvider = timeProvider;
        _log = log;
        LimitOptions limits = options.Limits;
        Wheel = new TimingWheel(timeProvider, new TimingWheelOptions
        {
            // Room for every connection and a takeover of each, every empty service, what the caller adds and the few deadlines of the node itself: allocation cannot fail before
            // those limits do.
            MaximumEntries = checked((2 * limits.Connections) + limits.Services + additionalDeadlines + 65_536),
            OwnerFaulted = log.DeadlineFault,
            LatenessObserved = milliseconds => Metrics.WheelLateness.Record(milliseconds * 1_000),
        });
        Switches = new SwitchBoard(options.Switches, log);
        Status = new NodeStatus(Switches);
        RateLimits = new RateLimiter(options.RateLimits, timeProvider, log);
        Admission = new NamingAdmission(Status, RateLimits);
        Events = new EventHub(timeProvider, log);
        Push = new PushDispatcher(options.Workers.Push, options.Switches.PushEnabled, Events, Wheel, options.Push);
        // Twice: Replaced has the switch in force before the operator has his answer, Changed comes in order, so the newest value wins when two operators switch at once.
        Switches.Replaced += () => Push.SetEnabled(Switches.Current.PushEnabled);
        Switches.Changed += switches => Push.SetEnabled(switches.PushEnabled);
        NodeEpoch epoch = new(NodeNumber.Of(options.Node.Id), (ulong)timeProvider.GetUtcNow().ToUnixTimeMilliseconds());
        Registry = new ServiceRegistry(epoch, Wheel, timeProvider, options.ToRegistryOptions(), Push, Events);
        Requests = new RequestQueue(limits.QueuedRequests);
        Resources = resources ?? new TransportResources();
        Services = new SessionServices
        {
            Options = options,
            Wheel = Wheel,
            Registry = Registry,
            Push = Push,
            Clients = new ClientDirectory(Registry, Requests, Wheel, options.Deadlines.Reaffirm),
            Sessions = new SessionTable(allowance.Clients, allowance.LimitText),
            Limits = new ConnectionLimits(RedirectAddress.Split(limits.RedirectAddresses)),
            Naming = new NamingRequests(Registry, limits, Admission, log),
            Requests = Requests,
            BudgetRetry = new BudgetRetry(Requests, Resources.Budget, Wheel),
            RateLimits = RateLimits,
            Metrics = Metrics,
            PushCost = new PushCost(
                timeProvider,
                Metrics.Histogram(
                    "fastregistry_change_to_ack_seconds", "From a change to the ack of a push with it, of about 1 push in 64.", LatencyBounds.Delivery)),
            Events = Events,
            SetupReplies = new SetupReplies(epoch, options),
            Log = log,
        };
        Acceptor = new SessionAcceptor(Services, new RefusedConnections(Wheel, options.Deadlines.Linger, allowance.Refused));
        AddObservers(eventLog, observers ?? []);
        Cluster = new NodeInfoBroadcast(Services);
        OperatorShedder = new SessionShedder(Services, Metrics.CountMoved);
        _ruleShedder = new SessionShedder(Services, Metrics.CountShed);
        RulesFile = Watch("Connection rules", limits.RulesFile, ConnectionRulesReader.MaximumBytes, content => Apply(content is null ? ConnectionRules.None : ConnectionRulesReader.Read(content.Value)));
        LabelsFile = Watch("Labels", options.Selectors.LabelsFile, AddressLabelsReader.MaximumBytes, content => Registry.ReplaceLabels(content is null ? AddressLabels.None : AddressLabelsReader.Read(content.Value)));
        NodeMetrics.Define(this);
    }

    public RegistryNodeOptions Options { get; }

    public TimingWheel Wheel { get; }

    public ServiceRegistry Registry { get; }

    public PushDispatcher Push { get; }

    public RequestQueue Requests { get; }

    public EventHub Events { get; }

    /// <summary>The last events; null when none are kept.</summary>
    public EventRing? EventRing { get; private set; }

    /// <summary>Null when events are not logged.</summary>
    public EventLog? EventLog { get; private set; }

    public TransportResources Resources { get; }

    public SessionServices Services { get; }

    public SessionAcceptor Acceptor { get; }

    /// <summary>Tells clients what has changed in the cluster.</summary>
    public NodeInfoBroadcast Cluster { get; }

    public RegistryMetrics Metrics { get; } = new();

    public SwitchBoard Switches { get; }

    /// <summary>Which naming requests are taken.</summary>
    public NodeStatus Status { get; }

    public RateLimiter RateLimits { get; }

    public NamingAdmission Admission { get; }

    /// <summary>Sheds what an operator asks for.</summary>
    public SessionShedder OperatorShedder { get; }

    /// <summary>Null when there is none.</summary>
    public WatchedFile? RulesFile { get; }

    /// <summary>Null when there is none.</summary>
    public WatchedFile? LabelsFile { get; }

    public NodeState State => (NodeState)Volatile.Read(ref _state);

    /// <summary>Where clients connect; null before the listener is bound.</summary>
    public IPEndPoint? ClientEndPoint => _listener?.LocalEndPoint;

    /// <summary>Null when client connections are on sockets, or before the listener is bound.</summary>
    public EpollTransport? Epoll => _listener?.Epoll;

    private WatchedFile? Watch(string subject, string path, int maximumBytes, Action<ReadOnlyMemory<byte>?> apply) =>
        path.Length > 0 ? new WatchedFile(subject, path, apply, maximumBytes, _timeProvider, _log) : null;

    private void AddObservers(ILogger? eventLog, IEnumerable<INodeObserver> observers)
    {
        if (Options.Events.Kept > 0)
        {
            Events.Add(EventRing = new EventRing(Options.Events.Kept, Options.Events.QueueCapacity));
        }

        if (eventLog is not null)
        {
            Events.Add(EventLog = new EventLog(eventLog, Wheel, _timeProvider, Options.Events));
        }

        foreach (INodeObserver observer in observers)
        {
            Events.Add(observer);
        }
    }
}

/// <summary>Whether this node should be routed to.</summary>
internal enum NodeState
{
    Starting,
    Ready,

    /// <summary>The client listener has ended and cannot come back.</summary>
    Failed,

    Stopping,
}

/// <summary>A node's id as the 64-bit number that epochs carry.</summary>
internal static class NodeNumber
{
    /// <summary>First 8 bytes of the SHA-256 of the id: the same in every process and version.</summary>
    public static ulong Of(string id) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}
