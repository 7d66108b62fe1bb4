using System.Text;

namespace FastRegistry.Registry.Instances;

/// <summary>Lets a table of services be searched by the UTF-8 form of a key.</summary>
internal sealed class ServiceKeyComparer : IEqualityComparer<ServiceKey>, IAlternateEqualityComparer<ReadOnlySpan<byte>, ServiceKey>
{
    public bool Equals(ServiceKey? x, ServiceKey? y) => x is null ? y is null : x.Equals(y);

    public int GetHashCode(ServiceKey obj) => obj.GetHashCode();

    public bool Equals(ReadOnlySpan<byte> alternate, ServiceKey other) => other.Utf8.SequenceEqual(alternate);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => ServiceKey.HashOf(alternate);

    public ServiceKey Create(ReadOnlySpan<byte> alternate)
    {
        string[] parts = Encoding.UTF8.GetString(alternate).Split('\0', 3);
        return new ServiceKey(parts[0], parts[1], parts[2]);
    }
}
