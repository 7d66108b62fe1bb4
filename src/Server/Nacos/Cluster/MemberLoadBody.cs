namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>Load of one member.</summary>
/// <param name="Address">Its HTTP address.</param>
/// <param name="Metric">Its figures.</param>
internal sealed record MemberLoadBody(string Address, MemberMetricBody Metric);
