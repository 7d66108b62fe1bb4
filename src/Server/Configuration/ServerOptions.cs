using FastRegistry.Node.Configuration;

namespace FastRegistry.Server.Configuration;

/// <summary>Everything that can be set: the node's sections and those of its HTTP side. Each property is a section of the configuration.</summary>
internal sealed record ServerOptions : RegistryNodeOptions
{
    public HttpOptions Http { get; init; } = new() { Port = 8848 };

    public OperatorOptions Operator { get; init; } = new();
}
