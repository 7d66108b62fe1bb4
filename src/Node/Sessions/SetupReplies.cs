using FastRegistry.Node.Configuration;
using FastRegistry.Registry.Services;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Sessions;

/// <summary>The answer to set-ups, the same for every client and encoded once per state of the cluster, and the push that says what has changed in it.</summary>
/// <remarks>Any thread; made with the node. Two threads that miss at once encode the same bytes. The bodies never change and are linked by reference.</remarks>
internal sealed class SetupReplies(NodeEpoch epoch, RegistryNodeOptions options)
{
    private ClusterState _state = new(SeesMajority: true, []);
    private byte[]? _body;

    /// <summary>Whether the node sees a majority, and where clients connect; set when the listener is bound, before it accepts, and whenever the cluster changes.</summary>
    public ClusterState State
    {
        get => Volatile.Read(ref _state);
        set
        {
            Volatile.Write(ref _state, value);
            Volatile.Write(ref _body, null);
        }
    }

    /// <summary>The encoded <see cref="SetupReply"/>.</summary>
    public byte[] Encode()
    {
        if (Volatile.Read(ref _body) is { } body)
        {
            return body;
        }

        ClusterState state = State;
        body = Create(state).ToByteArray();
        Volatile.Write(ref _body, body);
        if (State != state)
        {
            // Set meanwhile: the next one encodes anew.
            Interlocked.CompareExchange(ref _body, null, body);
        }

        return body;
    }

    private SetupReply Create(ClusterState state)
    {
        SetupReply reply = new()
        {
            Epoch = epoch.ToMessage(),
            Capabilities = (ulong)Capabilities.All,
            SeesMajority = state.SeesMajority,
            ServerName = options.Node.Id,
            ServerVersion = ProductVersion.Text,
            IdleProbeMilliseconds = (uint)options.Deadlines.IdleProbe.TotalMilliseconds,
            Limits = new Messages.Limits
            {
                OutstandingRequests = (uint)options.Limits.RequestsInWorkPerClient,
                RequestBytes = WireLimits.MaximumBodyBytes,
                Subscriptions = (uint)options.Limits.SubscriptionsPerClient,
                Publications = (uint)options.Limits.PublicationsPerClient,

                // Clients send no streams; named all the same, so that the reply says all that a node takes.
                Streams = WireLimits.MaximumOpenStreams,
                StreamBytes = WireLimits.MaximumStreamBytes,
                StreamCreditBytes = WireLimits.InitialStreamCreditBytes,
            },
        };
        reply.ClientAddresses.AddRange(state.ClientAddresses);
        return reply;
    }
}

/// <summary>What a node tells its clients about its cluster. Immutable.</summary>
/// <param name="SeesMajority">The node is in contact with most of its cluster; one node is its own majority.</param>
/// <param name="ClientAddresses">Client listeners of all members that are not down, this node's first.</param>
internal sealed record ClusterState(bool SeesMajority, IReadOnlyList<string> ClientAddresses);
