namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary>A namespace somebody has given a name. Naming works without.</summary>
/// <param name="Id">By which requests name it; empty = the public one.</param>
/// <param name="Name">For people.</param>
/// <param name="Text">What it is for; null = not said.</param>
internal sealed record NamespaceDescription(string Id, string Name, string? Text)
{
    /// <summary>The one that is always there.</summary>
    public static NamespaceDescription Public { get; } = new("", "public", "Default Namespace");

    /// <summary>It cannot be changed or deleted.</summary>
    public bool IsPublic => Id.Length == 0;
}
