using System.Buffers;
using System.Text;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Node.Requests;

/// <summary>Cuts the common form of a request about one service (<c>RegisterRequest</c>, <c>DeregisterRequest</c>, <c>QueryRequest</c>) into its parts, without a copy.</summary>
/// <remarks>
/// The common form: fields 1 to 4 in rising order, each at most once and not empty, in one piece of memory. No object, no string. Whatever it does not understand it
/// leaves to the generated parser, which gives the same answer at a higher price.
/// </remarks>
internal readonly ref struct ServiceRequestReader
{
    /// <summary>Longest key in bytes it handles.</summary>
    public const int MaximumKeyBytes = 512;

    private const byte NamespaceTag = (1 << 3) | 2;
    private const byte GroupTag = (2 << 3) | 2;
    private const byte NameTag = (3 << 3) | 2;
    private const byte ItemTag = (4 << 3) | 2;

    private readonly ReadOnlySpan<byte> _namespace;
    private readonly ReadOnlySpan<byte> _group;
    private readonly ReadOnlySpan<byte> _name;
    private readonly ReadOnlySpan<byte> _item;

    private ServiceRequestReader(ReadOnlySpan<byte> body, out bool isRead)
    {
        FieldReader fields = new(body);
        isRead = fields.TryText(NamespaceTag, out _namespace)
            && fields.TryText(GroupTag, out _group)
            && fields.TryText(NameTag, out _name)
            && fields.TryText(ItemTag, out _item)
            && fields.IsAtEnd;
    }

    public ReadOnlySpan<byte> Namespace => _namespace;

    public ReadOnlySpan<byte> Group => _group;

    public ReadOnlySpan<byte> Name => _name;

    /// <summary>The bytes of field 4: the instance to register, the one key to deregister, the one cluster to list. Empty = none, and only then.</summary>
    public ReadOnlySpan<byte> Item => _item;

    private static ReadOnlySpan<byte> DefaultGroupUtf8 => "DEFAULT_GROUP"u8;

    private static byte[] DefaultNamespaceUtf8 { get; } = Encoding.UTF8.GetBytes(ServiceKey.DefaultNamespace);

    /// <summary>False when the request is not of the common form, which says nothing about whether it is valid.</summary>
    public static bool TryRead(in ReadOnlySequence<byte> body, out ServiceRequestReader request)
    {
        request = default;
        if (!body.IsSingleSegment)
        {
            return false;
        }

        request = new ServiceRequestReader(body.FirstSpan, out bool isRead);
        return isRead;
    }

    /// <summary>The UTF-8 form of a namespace, as <see cref="TryWriteKey"/> takes it.</summary>
    public static byte[] Utf8Of(string @namespace) => @namespace == ServiceKey.DefaultNamespace ? DefaultNamespaceUtf8 : Encoding.UTF8.GetBytes(@namespace);

    /// <summary>Writes the service's key as the table of services has it; false when it is too long.</summary>
    /// <param name="defaultNamespace">The namespace of a request that names none; not empty.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="keyBytes">Length of the key.</param>
    public bool TryWriteKey(ReadOnlySpan<byte> defaultNamespace, Span<byte> destination, out int keyBytes)
    {
        ReadOnlySpan<byte> @namespace = _namespace.IsEmpty ? defaultNamespace : _namespace;
        ReadOnlySpan<byte> group = _group.IsEmpty ? DefaultGroupUtf8 : _group;
        keyBytes = @namespace.Length + group.Length + _name.Length + 2;
        if (keyBytes > destination.Length)
        {
            return false;
        }

        @namespace.CopyTo(destination);
        destination[@namespace.Length] = 0;
        group.CopyTo(destination[(@namespace.Length + 1)..]);
        destination[@namespace.Length + 1 + group.Length] = 0;
        _name.CopyTo(destination[(@namespace.Length + group.Length + 2)..]);
        return true;
    }
}
