namespace FastRegistry.Wire.Timing;

/// <summary>
/// Everything of an entry but its start, which activity stores to and which therefore lives in an array of its own. One struct and not an array
/// per field: the wheel meets entries in no order, so each further array would be a further cache miss.
/// </summary>
internal struct WheelEntry
{
    /// <summary>No entry, in every index field.</summary>
    public const int None = -1;

    /// <summary><see cref="LinkedAt"/> of an entry in no slot.</summary>
    public const long Unlinked = long.MaxValue;

    /// <summary>Bits of <see cref="Flags"/>: the entry is in the inbox, or the wheel's thread holds the part of the inbox it is in.</summary>
    public const int InInbox = 1;

    /// <summary>Allocated and not yet released.</summary>
    public const int Live = 2;

    /// <summary>Released, to be put on the free list by the wheel's thread.</summary>
    public const int Released = 4;

    /// <summary>The deadline as a <see cref="PackedDeadline"/>; any thread, interlocked.</summary>
    public long Armed;

    /// <summary>A deadline up to this millisecond is earlier than the slot the entry is in. Written by the wheel's thread, read by any.</summary>
    public long LinkedAt;

    /// <summary>Set by the allocating thread, cleared by the wheel's thread when it takes the entry back.</summary>
    public IDeadlineOwner? Owner;

    /// <summary>Next entry in the slot (wheel's thread) or in the free list (store's lock).</summary>
    public int Next;

    /// <summary>Previous entry in the slot; wheel's thread only.</summary>
    public int Previous;

    /// <summary>An entry some places after this one when it was linked, to be prefetched; may be stale. Wheel's thread only.</summary>
    public int Ahead;

    /// <summary>Slot the entry is in; wheel's thread only.</summary>
    public int Slot;

    /// <summary>Next entry in the inbox; written by whoever set <see cref="InInbox"/>.</summary>
    public int InboxNext;

    /// <summary>The bits above; any thread, interlocked.</summary>
    public int Flags;
}
