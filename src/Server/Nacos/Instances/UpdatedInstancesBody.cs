namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Body of the calls that change the metadata of many.</summary>
/// <param name="Updated"><c>ip:port:unknown:cluster:ephemeral</c> of each.</param>
internal sealed record UpdatedInstancesBody(IReadOnlyList<string> Updated);
