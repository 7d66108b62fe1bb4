namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Body of the statuses call.</summary>
/// <param name="Ips"><c>ip:port_true</c> for each instance that is healthy, else <c>…_false</c>.</param>
internal sealed record InstanceStatusesBody(IReadOnlyList<string> Ips);
