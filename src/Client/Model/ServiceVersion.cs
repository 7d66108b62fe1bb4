namespace FastRegistry.Client;

/// <summary>Version of a list. Revisions compare within one epoch, that is one life of one server; between epochs there is no order.</summary>
/// <param name="Node">The server.</param>
/// <param name="Incarnation">Which of its lives.</param>
/// <param name="Revision">Grows with every change.</param>
public readonly record struct ServiceVersion(ulong Node, ulong Incarnation, ulong Revision)
{
    internal bool IsSameEpoch(ServiceVersion other) => Node == other.Node && Incarnation == other.Incarnation;
}
