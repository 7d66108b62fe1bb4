namespace FastRegistry.Server.Naming;

/// <summary>Cuts the common form of a <c>RegisterRequest</c> or <c>DeregisterRequest</c> (each field at most once, in one piece of memory) into its parts, without a copy.</summary>
/// <remarks>No object, no string. Whatever it does not understand it leaves to the generated parser, which gives the same answer at a higher price.</remarks>
internal readonly ref struct ServiceRequestReader
{
    private const byte NamespaceTag = (1 << 3) | 2;
    private const byte GroupTag = (2 << 3) | 2;
    private const byte NameTag = (3 << 3) | 2;
    private const byte ItemTag = (4 << 3) | 2;

    private ServiceRequestReader(ReadOnlySpan<byte> @namespace, ReadOnlySpan<byte> group, ReadOnlySpan<byte> name, ReadOnlySpan<byte> item)
    {
        Namespace = @namespace;
        Group = group;
        Name = name;
        Item = item;
    }

    public ReadOnlySpan<byte> Namespace { get; }

    public ReadOnlySpan<byte> Group { get; }

    public ReadOnlySpan<byte> Name { get; }

    /// <summary>The bytes of the message it is about: the instance to register, the one key to deregister.</summary>
    public ReadOnlySpan<byte> Item { get; }

    /// <summary>False when the request is not of the common form, which says nothing about whether it is valid.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out ServiceRequestReader request)
    {
        ReadOnlySpan<byte> @namespace = default;
        ReadOnlySpan<byte> group = default;
        ReadOnlySpan<byte> name = default;
        ReadOnlySpan<byte> item = default;
        byte lastTag = 0;
        request = default;
        while (!body.IsEmpty)
        {
            // Rising tags: nothing twice. Two bytes of length are 16 KiB, more than any valid one has.
            byte tag = body[0];
            if (tag <= lastTag || body.Length < 2)
            {
                return false;
            }

            int length = body[1];
            int head = 2;
            if (length >= 0x80)
            {
                if (body.Length < 3 || body[2] >= 0x80)
                {
                    return false;
                }

                length = (length & 0x7F) | (body[2] << 7);
                head = 3;
            }

            if (length > body.Length - head)
            {
                return false;
            }

            ReadOnlySpan<byte> value = body.Slice(head, length);
            switch (tag)
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
                case ItemTag:
                    item = value;
                    break;
                default:
                    return false;
            }

            lastTag = tag;
            body = body[(head + length)..];
        }

        request = new ServiceRequestReader(@namespace, group, name, item);
        return true;
    }
}
