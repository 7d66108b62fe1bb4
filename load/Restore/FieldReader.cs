using System.Buffers.Binary;

namespace FastRegistry.Load.Restore;

/// <summary>Walks over the fields of an encoded message. Allocates nothing; values are read by whoever knows the field.</summary>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private const int VarintBits = 7;
    private const int MostVarintBytes = 10;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Number of the field.</summary>
    public int Field { get; private set; }

    /// <summary>Value of a varint or of a field of fixed width.</summary>
    public ulong Number { get; private set; }

    /// <summary>Value of a field with a length.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field; false at the end, or where it is no message any more (then <see cref="IsMalformed"/>).</summary>
    public bool Next()
    {
        if (_rest.IsEmpty || !TryReadVarint(out ulong tag))
        {
            return false;
        }

        Field = (int)(tag >> 3);
        bool read = (tag & 7) switch
        {
            0 => TryReadNumber(),
            1 => TryReadFixed(sizeof(ulong)),
            2 => TryReadBytes(),
            5 => TryReadFixed(sizeof(uint)),
            _ => false,
        };
        IsMalformed = !read;
        return read;
    }

    public bool IsMalformed { get; private set; }

    private bool TryReadNumber()
    {
        bool read = TryReadVarint(out ulong number);
        Number = number;
        return read;
    }

    private bool TryReadFixed(int width)
    {
        if (_rest.Length < width)
        {
            return false;
        }

        Number = width == sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(_rest) : BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        _rest = _rest[width..];
        return true;
    }

    private bool TryReadBytes()
    {
        if (!TryReadVarint(out ulong length) || length > (ulong)_rest.Length)
        {
            return false;
        }

        Bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (int i = 0; i < _rest.Length && i < MostVarintBytes; i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (i * VarintBits);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        IsMalformed = true;
        return false;
    }
}
