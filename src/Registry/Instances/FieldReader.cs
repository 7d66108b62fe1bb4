using System.Buffers.Binary;

namespace FastRegistry.Registry.Instances;

/// <summary>Takes protobuf fields one after the other, each at most once and in the shortest form. No object, no copy.</summary>
/// <remarks>Each method answers false when its field is there in a form it does not take; a field that is not there has its default.</remarks>
/// <param name="message">The bytes of a message.</param>
internal ref struct FieldReader(ReadOnlySpan<byte> message)
{
    private const int MostNumberBytes = 3;

    private ReadOnlySpan<byte> _rest = message;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>What was not taken yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True once a field has said what is so without it.</summary>
    public bool HasDefault { get; private set; }

    /// <summary>A field with a length below 16,384; empty when it is not there, and only then.</summary>
    public bool TryText(byte tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (!TryLength(_rest[1..], out int length, out int bytes) || length == 0 || length > _rest.Length - 1 - bytes)
        {
            return false;
        }

        value = _rest.Slice(1 + bytes, length);
        _rest = _rest[(1 + bytes + length)..];
        return true;
    }

    /// <summary>A whole number; 0 when it is not there, and only then.</summary>
    public bool TryNumber(byte tag, out int value)
    {
        value = 0;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        for (int i = 0; i < MostNumberBytes && i + 1 < _rest.Length; i++)
        {
            byte next = _rest[i + 1];
            value |= (next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                _rest = _rest[(i + 2)..];

                // A last byte of 0 is one too many.
                return next != 0;
            }
        }

        return false;
    }

    /// <summary>A number of eight bytes.</summary>
    public bool TryDouble(byte tag, double @default, out double value)
    {
        value = @default;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (_rest.Length < 1 + sizeof(double))
        {
            return false;
        }

        value = BinaryPrimitives.ReadDoubleLittleEndian(_rest[1..]);
        _rest = _rest[(1 + sizeof(double))..];
        HasDefault |= value == @default;
        return true;
    }

    /// <summary>A flag that is true when it is not there.</summary>
    public bool TryFlag(byte tag, out bool value)
    {
        value = true;
        if (_rest.IsEmpty || _rest[0] != tag)
        {
            return true;
        }

        if (_rest.Length < 2 || _rest[1] > 1)
        {
            return false;
        }

        value = _rest[1] == 1;
        HasDefault |= value;
        _rest = _rest[2..];
        return true;
    }

    private static bool TryLength(ReadOnlySpan<byte> rest, out int length, out int bytes)
    {
        length = rest.IsEmpty ? 0 : rest[0];
        bytes = 1;
        if (length < 0x80)
        {
            return !rest.IsEmpty;
        }

        bytes = 2;
        length = rest.Length < 2 ? 0 : (length & 0x7F) | (rest[1] << 7);
        return rest.Length >= 2 && rest[1] is > 0 and < 0x80;
    }
}
