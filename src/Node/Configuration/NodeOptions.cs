namespace FastRegistry.Node.Configuration;

/// <summary>Who this node is. Section <c>Node</c>.</summary>
internal sealed record NodeOptions
{
    /// <summary>Stable id, 1 to 64 letters, digits, '.', '_' or '-'. Default: the machine's name and the client port. Two nodes with one id would take each
    /// other for the same.</summary>
    public string Id { get; init; } = "";
}
