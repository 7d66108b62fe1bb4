using FastRegistry.Registry.Instances;

namespace FastRegistry.Node.Requests;

/// <summary>The answer to a write, <c>RegisterReply</c> or <c>DeregisterReply</c>: both have the revision first and then what was done. A test holds it against them.</summary>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Done">Instances removed; of a registration 1 = something has changed.</param>
internal readonly record struct WriteReply(long Revision, uint Done)
{
    /// <summary>The longest body.</summary>
    public const int MaximumBytes = 1 + 10 + 1 + 5;

    private const byte RevisionTag = 1 << 3;
    private const byte DoneTag = 2 << 3;

    /// <summary>Writes the body.</summary>
    /// <returns>Its bytes.</returns>
    public int Write(Span<byte> destination)
    {
        int written = 0;
        if (Revision != 0)
        {
            destination[written++] = RevisionTag;
            written += InstanceEncoder.WriteNumber(destination[written..], (ulong)Revision);
        }

        if (Done != 0)
        {
            destination[written++] = DoneTag;
            written += InstanceEncoder.WriteNumber(destination[written..], Done);
        }

        return written;
    }
}
