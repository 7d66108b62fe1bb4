namespace FastRegistry.Wire.Timing;

/// <summary>A fixed run of entries. Never moved or resized, since other threads store into it without a lock.</summary>
internal sealed class WheelChunk
{
    public const int Shift = 10;
    public const int Size = 1 << Shift;
    public const int Mask = Size - 1;

    /// <summary>Stands for chunks not taken yet: an index that was never allocated is out of range there.</summary>
    public static readonly WheelChunk Empty = new(0);

    /// <summary>Start of an entry that was neither armed nor touched.</summary>
    public const long NeverStarted = long.MinValue;

    private WheelChunk(int size)
    {
        Starts = new long[size];
        Entries = new WheelEntry[size];
        Array.Fill(Starts, NeverStarted);
        foreach (ref WheelEntry entry in Entries.AsSpan())
        {
            entry.LinkedAt = WheelEntry.Unlinked;
            entry.Slot = WheelEntry.None;
        }
    }

    /// <summary>Wheel milliseconds of the last activity, 8 bytes apart so that a touch costs one cache line of many entries.</summary>
    public long[] Starts { get; }

    public WheelEntry[] Entries { get; }

    public static WheelChunk Create() => new(Size);
}
