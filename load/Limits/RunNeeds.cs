using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Limits;

/// <summary>What a run asks of the machine.</summary>
/// <param name="Target">Decides what a connection takes.</param>
/// <param name="Connections">In all.</param>
/// <param name="Sources">Source addresses; 0 = the system's choice.</param>
/// <param name="Generators">Processes that make the load.</param>
/// <param name="Servers">Servers the connections go to.</param>
/// <param name="OwnServers">The load tool starts them.</param>
/// <param name="ServersOnThisMachine">Their memory and files are this machine's; always so when they are the tool's own.</param>
internal sealed record RunNeeds(
    TargetKind Target, int Connections, int Sources, int Generators, int Servers, bool OwnServers, bool ServersOnThisMachine);
