using FastRegistry.Node.Hosting;
using FastRegistry.Node.Requests;
using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using SetupRequest = FastRegistry.Wire.Messages.SetupRequest;

namespace FastRegistry.Load.Baseline.Sessions;

/// <summary>One client: a TCP connection, what its stream has set up, and what it publishes and subscribes to.</summary>
/// <remarks>
/// Made with the connection and found by its calls through the connection's features. Set up once, by the stream; calls come from any thread after that.
/// Unlike a native session it cannot be taken over by a later connection of the same client: what it publishes goes when it ends.
/// </remarks>
internal sealed class BaselineSession(RegistryNode node, long id) : INamingCaller
{
    private RegistryClient? _client;
    private SessionStream? _stream;
    private BaselineSubscriptions? _subscriptions;
    private int _opened;
    private int _ended;

    public long Id => id;

    public RegistryNode Node => node;

    /// <summary>Calls may come.</summary>
    public bool IsSetUp => Volatile.Read(ref _client) is not null;

    public RegistryClient Client => Volatile.Read(ref _client) ?? throw new InvalidOperationException("the session is not set up");

    /// <summary>The baseline has no selectors.</summary>
    public string? RemoteAddress => null;

    public OpenSets OpenSets => throw new NotSupportedException("the baseline registers one instance at a time");

    public string DefaultNamespace { get; private set; } = ServiceKey.DefaultNamespace;

    public byte[] DefaultNamespaceUtf8 { get; private set; } = ServiceRequestReader.Utf8Of(ServiceKey.DefaultNamespace);

    /// <summary>True for the first stream of the connection; there is one per client.</summary>
    public bool TryOpen() => Interlocked.Exchange(ref _opened, 1) == 0;

    /// <summary>The stream has brought a valid set-up.</summary>
    public void SetUp(SetupRequest request, SessionStream stream)
    {
        if (request.DefaultNamespace.Length > 0)
        {
            DefaultNamespace = request.DefaultNamespace;
            DefaultNamespaceUtf8 = ServiceRequestReader.Utf8Of(DefaultNamespace);
        }

        _stream = stream;
        Volatile.Write(ref _client, new RegistryClient(ClientKind.Native, id: "", SetupValidator.InstanceIdOf(request)) { Session = this, Attachment = 1 });
    }

    /// <summary>Stream or connection is over: subscriptions and publications go. Once, whoever is first.</summary>
    public void End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        Volatile.Read(ref _subscriptions)?.RemoveAll();
        if (Volatile.Read(ref _client) is { } client)
        {
            lock (client.ClientLock)
            {
                client.Session = null;
                node.Registry.Release(client);
            }
        }
    }

    /// <summary>Has the newest list pushed for every subscription that missed one. Any thread.</summary>
    public void ResyncMarked() => Volatile.Read(ref _subscriptions)?.ResyncMarked();

    /// <summary>What the client holds makes no difference: gRPC's shape is sent whole lists.</summary>
    public RequestError? Subscribe(ulong id, ServiceKey key, InstanceFilter filter, HeldList held, int maximum)
    {
        BaselineSubscriptions? subscriptions = Volatile.Read(ref _subscriptions);
        if (subscriptions is null)
        {
            subscriptions = new BaselineSubscriptions(node.Services, _stream!, Id);
            subscriptions = Interlocked.CompareExchange(ref _subscriptions, subscriptions, null) ?? subscriptions;
        }

        // Published first, looked at second: an end that is not seen here sees them.
        return Volatile.Read(ref _ended) != 0 ? RequestError.SessionClosed : subscriptions.Add(id, key, filter, maximum);
    }

    public bool Unsubscribe(ulong id) => Volatile.Read(ref _subscriptions)?.Remove(id) ?? false;
}
