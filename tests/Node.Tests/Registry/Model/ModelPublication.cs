namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What a client publishes.</summary>
/// <param name="Client">Its client instance id.</param>
/// <param name="Instance">As registered.</param>
internal sealed record ModelPublication(int Client, ModelInstance Instance)
{
    /// <summary>Session of the client that named it last.</summary>
    public required int Attachment { get; set; }
}
