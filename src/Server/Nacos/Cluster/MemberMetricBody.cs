namespace FastRegistry.Server.Nacos.Cluster;

/// <summary>Figures of one member, as texts, as in Nacos.</summary>
/// <param name="ConCount">Connections.</param>
/// <param name="SdkConCount">Those of clients.</param>
/// <param name="Load">Load average of the machine over a minute.</param>
/// <param name="Cpu">Part of the processors the node uses, 0 … 1.</param>
internal sealed record MemberMetricBody(string ConCount, string SdkConCount, string Load, string Cpu);
