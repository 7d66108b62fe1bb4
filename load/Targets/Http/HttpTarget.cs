using System.Globalization;
using System.Net;

namespace FastRegistry.Load.Targets.Http;

/// <summary>A server over the open HTTP API, version 1, as clients of other registries and scripts use it.</summary>
/// <remarks>One per generator process; any thread. Instances are kept alive by the connection that registered them; a connection itself has no heartbeats, and nothing is
/// pushed.</remarks>
/// <param name="beatInterval">Between two beats of an instance; null = as every client.</param>
internal sealed class HttpTarget(TimeSpan? beatInterval = null) : ITarget
{
    private const string InstancePath = "/nacos/v1/ns/instance";

    public TargetAbilities Abilities => TargetAbilities.Connections | TargetAbilities.Register | TargetAbilities.Query;

    public TargetStatistics Statistics { get; } = new();

    public async Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken)
    {
        HttpConnection connection = new(server, source, Statistics, beatInterval ?? HttpBeats.StandardInterval);
        await connection.SetUpAsync(cancellationToken).ConfigureAwait(false);
        return connection;
    }

    public PreparedRequest PrepareRegister(string service, LoadInstance instance)
    {
        string weight = instance.Weight.ToString(CultureInfo.InvariantCulture);
        string metadata = instance.Metadata.Count == 0 ? "" : $"&metadata={Uri.EscapeDataString(HttpMetadata.Encode(instance.Metadata))}";
        return new HttpRequest(HttpMethod.Post, $"{InstancePath}?{Identity(service, instance)}&weight={weight}{metadata}") { Beat = BeatOf(service, instance) };
    }

    public PreparedRequest PrepareDeregister(string service, LoadInstance instance) =>
        new HttpRequest(HttpMethod.Delete, $"{InstancePath}?{Identity(service, instance)}") { Beat = BeatOf(service, instance) };

    public PreparedRequest PrepareQuery(string service) =>
        new HttpRequest(HttpMethod.Get, $"{InstancePath}/list?serviceName={Uri.EscapeDataString(service)}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string BeatOf(string service, LoadInstance instance) => $"{InstancePath}/beat?{Identity(service, instance)}";

    private static string Identity(string service, LoadInstance instance) =>
        string.Create(CultureInfo.InvariantCulture, $"serviceName={Uri.EscapeDataString(service)}&ip={Uri.EscapeDataString(instance.Ip)}&port={instance.Port}");
}
