using System.Globalization;
using System.Net;

namespace FastRegistry.Load.Targets.Http;

/// <summary>A server over the open HTTP API, version 1, as clients of other registries and scripts use it.</summary>
/// <remarks>One per generator process; any thread. HTTP knows no heartbeats and no pushes: the API has neither.</remarks>
internal sealed class HttpTarget : ITarget
{
    private const string InstancePath = "/nacos/v1/ns/instance";

    public TargetAbilities Abilities => TargetAbilities.Connections | TargetAbilities.Register | TargetAbilities.Query;

    public TargetStatistics Statistics { get; } = new();

    public async Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        HttpConnection connection = new(server, source, Statistics);
        await connection.SetUpAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    public PreparedRequest PrepareRegister(string service, LoadInstance instance)
    {
        string weight = instance.Weight.ToString(CultureInfo.InvariantCulture);
        string metadata = instance.Metadata.Count == 0 ? "" : $"&metadata={Uri.EscapeDataString(HttpMetadata.Encode(instance.Metadata))}";
        return new HttpRequest(HttpMethod.Post, $"{InstancePath}?{Identity(service, instance)}&weight={weight}{metadata}");
    }

    public PreparedRequest PrepareDeregister(string service, LoadInstance instance) =>
        new HttpRequest(HttpMethod.Delete, $"{InstancePath}?{Identity(service, instance)}");

    public PreparedRequest PrepareQuery(string service) =>
        new HttpRequest(HttpMethod.Get, $"{InstancePath}/list?serviceName={Uri.EscapeDataString(service)}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Identity(string service, LoadInstance instance) =>
        string.Create(CultureInfo.InvariantCulture, $"serviceName={Uri.EscapeDataString(service)}&ip={Uri.EscapeDataString(instance.Ip)}&port={instance.Port}");
}
