using System.Collections.Concurrent;
using System.Net;

namespace FastRegistry.Load.Targets.Grpc;

/// <summary>The baseline server, spoken to as gRPC for .NET speaks: HTTP/2 with prior knowledge through .NET's own client, framing by hand.</summary>
/// <remarks>
/// One per generator process; any thread. Each connection is one TCP connection with a handler of its own. Like the server side it is the least that gRPC costs:
/// no channels, no call objects, no interceptors, no deadlines. The program turns the client's window probing off, which would send a PING with every
/// heartbeat (see the project file).
/// </remarks>
internal sealed class GrpcTarget : ITarget
{
    private readonly ConcurrentDictionary<IPEndPoint, GrpcAddresses> _addresses = new();

    public TargetAbilities Abilities =>
        TargetAbilities.Connections | TargetAbilities.Heartbeats | TargetAbilities.Register | TargetAbilities.Query | TargetAbilities.Push;

    public TargetStatistics Statistics { get; } = new();

    public async Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        GrpcAddresses addresses = _addresses.GetOrAdd(server, static server => new GrpcAddresses(server));
        return await GrpcSessionOpener.OpenAsync(addresses, server, source, Statistics, cancellationToken).ConfigureAwait(false);
    }

    public PreparedRequest PrepareRegister(string service, LoadInstance instance) => GrpcMessages.Register(service, instance);

    public PreparedRequest PrepareDeregister(string service, LoadInstance instance) => GrpcMessages.Deregister(service, instance);

    public PreparedRequest PrepareQuery(string service) => GrpcMessages.Query(service);

    /// <summary>Nothing is shared by the connections; each is closed by whoever opened it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
