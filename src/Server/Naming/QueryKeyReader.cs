using System.Buffers;
using System.Text;
using FastRegistry.Server.Registry;

namespace FastRegistry.Server.Naming;

/// <summary>Reads the common form of a <c>QueryRequest</c> (names only: no clusters, no health filter) straight into a service key in UTF-8.</summary>
/// <remarks>No object, no string. Whatever it does not understand it leaves to the generated parser, which gives the same answer at a higher price.</remarks>
internal static class QueryKeyReader
{
    /// <summary>Longest key in bytes it handles.</summary>
    public const int MaximumKeyBytes = 512;

    private const byte NamespaceTag = (1 << 3) | 2;
    private const byte GroupTag = (2 << 3) | 2;
    private const byte NameTag = (3 << 3) | 2;

    private static ReadOnlySpan<byte> DefaultGroupUtf8 => "DEFAULT_GROUP"u8;

    /// <summary>Writes the key to <paramref name="destination"/>; false when the request is not of the common form.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, ReadOnlySpan<byte> defaultNamespace, Span<byte> destination, out int keyBytes)
    {
        keyBytes = 0;
        if (!body.IsSingleSegment)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = body.FirstSpan;
        ReadOnlySpan<byte> @namespace = default;
        ReadOnlySpan<byte> group = default;
        ReadOnlySpan<byte> name = default;
        while (!rest.IsEmpty)
        {
            // One-byte lengths only; longer fields are rare and go the general way.
            if (rest.Length < 2 || rest[1] >= 0x80 || rest[1] > rest.Length - 2)
            {
                return false;
            }

            ReadOnlySpan<byte> value = rest.Slice(2, rest[1]);
            switch (rest[0])
            {
                case NamespaceTag:
                    @namespace = value;
                    break;
                case GroupTag:
                    group = value;
                    break;
                case NameTag:
                    name = value;
                    break;
                default:
                    return false;
            }

            rest = rest[(2 + value.Length)..];
        }

        return TryWrite(@namespace.IsEmpty ? defaultNamespace : @namespace, group, name, destination, out keyBytes);
    }

    /// <summary>Writes a key as the table of services has it; false when it is too long.</summary>
    /// <param name="namespace">Not empty.</param>
    /// <param name="group">Empty = the default group.</param>
    /// <param name="name">The name.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="keyBytes">Length of the key.</param>
    public static bool TryWrite(ReadOnlySpan<byte> @namespace, ReadOnlySpan<byte> group, ReadOnlySpan<byte> name, Span<byte> destination, out int keyBytes)
    {
        group = group.IsEmpty ? DefaultGroupUtf8 : group;
        keyBytes = @namespace.Length + group.Length + name.Length + 2;
        if (keyBytes > destination.Length)
        {
            return false;
        }

        @namespace.CopyTo(destination);
        destination[@namespace.Length] = 0;
        group.CopyTo(destination[(@namespace.Length + 1)..]);
        destination[@namespace.Length + 1 + group.Length] = 0;
        name.CopyTo(destination[(@namespace.Length + group.Length + 2)..]);
        return true;
    }

    /// <summary>The UTF-8 form of a namespace, as <see cref="TryRead"/> takes it.</summary>
    public static byte[] Utf8Of(string @namespace) => @namespace == ServiceKey.DefaultNamespace ? DefaultNamespaceUtf8 : Encoding.UTF8.GetBytes(@namespace);

    private static byte[] DefaultNamespaceUtf8 { get; } = Encoding.UTF8.GetBytes(ServiceKey.DefaultNamespace);
}
