using System.Net;

namespace FastRegistry.Load.Targets;

/// <summary>A kind of server under load and how to talk to it. One per generator process; any thread.</summary>
internal interface ITarget : IAsyncDisposable
{
    TargetAbilities Abilities { get; }

    /// <summary>What all connections count together.</summary>
    TargetStatistics Statistics { get; }

    /// <summary>Opens a connection and sets it up: it is ready for every operation when this returns.</summary>
    /// <param name="server">The address that serves this target.</param>
    /// <param name="source">Source address; null = the system's choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TargetException">It did not work; the message is a kind of failure to count under.</exception>
    Task<ITargetConnection> ConnectAsync(IPEndPoint server, IPAddress? source, CancellationToken cancellationToken);

    /// <summary>Encodes a request once, to be sent any number of times over any connection of this target.</summary>
    PreparedRequest PrepareRegister(string service, LoadInstance instance);

    /// <summary>As <see cref="PrepareRegister"/>, several instances at once; for targets with <see cref="TargetAbilities.Batch"/>.</summary>
    PreparedRequest PrepareBatch(string service, IReadOnlyList<LoadInstance> instances) => throw new NotSupportedException("this target registers one instance at a time");

    /// <summary>As <see cref="PrepareRegister"/>.</summary>
    PreparedRequest PrepareDeregister(string service, LoadInstance instance);

    /// <summary>As <see cref="PrepareRegister"/>.</summary>
    PreparedRequest PrepareQuery(string service);
}
