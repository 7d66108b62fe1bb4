using System.Net;
using System.Net.Sockets;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Transport;
using Google.Protobuf;

namespace FastRegistry.Load.Targets.Native;

/// <summary>A FastRegistry server over its own protocol.</summary>
/// <remarks>One per generator process; any thread. Its connections share the pools of one transport.</remarks>
/// <param name="clientTransport">What its connections are made on.</param>
internal sealed class NativeTarget(ClientTransport clientTransport = ClientTransport.Auto) : ITarget
{
    private readonly NativeConnector _connector = new(clientTransport);

    public TargetAbilities Abilities =>
        TargetAbilities.Connections | TargetAbilities.Heartbeats | TargetAbilities.Register | TargetAbilities.Query | TargetAbilities.Push
        | TargetAbilities.Batch | TargetAbilities.Unsubscribe;

    public TargetStatistics Statistics { get; } = new();

    public async Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken) =>
        await ConnectAsync(new NativeIdentity(), server, source, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens the next connection of a client and sets it up.</summary>
    /// <exception cref="TargetException">It did not work; the message is a kind of failure to count under.</exception>
    public async Task<NativeConnection> ConnectAsync(NativeIdentity identity, IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        NativeConnection connection;
        try
        {
            Connection transport = await _connector.ConnectAsync(server, source, cancellationToken).ConfigureAwait(false);
            connection = new NativeConnection(transport, Statistics);
        }
        catch (SocketException fault)
        {
            throw new TargetException($"connect: {fault.SocketErrorCode}");
        }
        catch (OperationCanceledException)
        {
            throw new TargetException(TargetStatus.Cancelled);
        }

        await connection.SetUpAsync(identity, cancellationToken).ConfigureAwait(false);
        return connection;
    }

    public PreparedRequest PrepareRegister(string service, LoadInstance instance) =>
        new NativeRequest(MessageType.Register, new RegisterRequest { Name = service, Instance = MessageOf(instance) }.ToByteArray());

    public PreparedRequest PrepareBatch(string service, IReadOnlyList<LoadInstance> instances) => PrepareBatch(service, instances, replace: false);

    /// <summary>As <see cref="PrepareBatch(string, IReadOnlyList{LoadInstance})"/>, whole: what else the client publishes there goes.</summary>
    public static NativeRequest PrepareReplacement(string service, IReadOnlyList<LoadInstance> instances) => PrepareBatch(service, instances, replace: true);

    public PreparedRequest PrepareDeregister(string service, LoadInstance instance)
    {
        DeregisterRequest request = new() { Name = service };
        request.Keys.Add(new InstanceKey { Ip = instance.Ip, Port = (uint)instance.Port });
        return new NativeRequest(MessageType.Deregister, request.ToByteArray());
    }

    public PreparedRequest PrepareQuery(string service) => new NativeRequest(MessageType.Query, new QueryRequest { Name = service }.ToByteArray());

    public ValueTask DisposeAsync() => _connector.DisposeAsync();

    private static NativeRequest PrepareBatch(string service, IReadOnlyList<LoadInstance> instances, bool replace)
    {
        BatchRegisterRequest request = new() { Name = service, Replace = replace };
        request.Instances.AddRange(instances.Select(MessageOf));
        return new NativeRequest(MessageType.BatchRegister, request.ToByteArray());
    }

    private static Instance MessageOf(LoadInstance instance)
    {
        Instance message = new() { Ip = instance.Ip, Port = (uint)instance.Port, Weight = instance.Weight };
        message.Metadata.AddRange(instance.Metadata.Select(static pair => new Label { Key = pair.Key, Value = pair.Value }));
        return message;
    }
}
