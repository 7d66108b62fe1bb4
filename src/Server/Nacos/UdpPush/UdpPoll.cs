namespace FastRegistry.Server.Nacos.UdpPush;

/// <summary>What a poll says of its sender.</summary>
/// <param name="Ip">The address it says it has.</param>
/// <param name="Agent">What it says it is.</param>
/// <param name="Application">The application it says it is.</param>
internal readonly record struct UdpPoll(string Ip, string Agent, string Application);
