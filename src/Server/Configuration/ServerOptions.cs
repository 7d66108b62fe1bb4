using FastRegistry.Node.Configuration;

namespace FastRegistry.Server.Configuration;

/// <summary>Everything that can be set: the node's sections and those of its HTTP side. Each property is a section of the configuration.</summary>
internal sealed record ServerOptions : RegistryNodeOptions
{
    public HttpOptions Http { get; init; } = new() { Port = 8848 };

    public OperatorOptions Operator { get; init; } = new();
}

/// <summary>Who may make operator calls. Section <c>Operator</c>.</summary>
internal sealed record OperatorOptions
{
    public const string RemoteKey = "Operator:Remote";

    /// <summary>Operator calls are taken from any address. Default false: from this machine only. There is no authentication: whoever reaches the HTTP port
    /// can then see every connection, send clients to any address and stop the node for moments.</summary>
    public bool Remote { get; init; }
}
