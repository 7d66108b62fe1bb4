using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>Lets the publications of a service be searched by the identity of their instances, which a publication never changes. Stateless.</summary>
internal sealed class PublicationComparer : IEqualityComparer<Publication>, IAlternateEqualityComparer<InstanceName, Publication>
{
    public static PublicationComparer Shared { get; } = new();

    public bool Equals(Publication? x, Publication? y) => x is null ? y is null : y is not null && x.Instance.Name.IsOf(y.Instance);

    public int GetHashCode(Publication obj) => obj.Instance.Name.Hash;

    public bool Equals(InstanceName alternate, Publication other) => alternate.IsOf(other.Instance);

    public int GetHashCode(InstanceName alternate) => alternate.Hash;

    public Publication Create(InstanceName alternate) => throw new NotSupportedException("publications are not made by looking for them");
}
