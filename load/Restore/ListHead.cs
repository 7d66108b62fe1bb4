using FastRegistry.Wire.Framing;

namespace FastRegistry.Load.Restore;

/// <summary>Names a list of a service: the epoch of its node and the revision.</summary>
internal readonly record struct ListKey(ulong Node, ulong Incarnation, ulong Revision);

/// <summary>What a push says of the list that it leads to, read without looking at instances: every client reads it of every push.</summary>
/// <param name="BaseRevision">Of a difference: the list it begins from, of the same epoch.</param>
internal readonly record struct ListHead(ListKey Key, ulong BaseRevision, bool IsProvisional)
{
    /// <summary>Number of the field that holds an instance: in a whole list, or one that is new or changed in a difference.</summary>
    public const int InstanceField = 9;

    /// <summary>Number of the field of a difference that holds the key of an instance that went.</summary>
    public const int RemovedField = 11;

    private const int EpochField = 4;
    private const int RevisionField = 5;
    private const int ProvisionalField = 6;
    private const int BaseRevisionField = 10;

    // In SnapshotUnchanged the same fields stand first.
    private const int UnchangedShift = 3;

    /// <param name="type">Snapshot, delta or unchanged.</param>
    public static bool TryRead(MessageType type, ReadOnlySpan<byte> message, out ListHead head)
    {
        int shift = type == MessageType.UnchangedPush ? UnchangedShift : 0;
        FieldReader fields = new(message);
        ListKey key = default;
        ulong baseRevision = 0;
        bool isProvisional = false;
        while (fields.Next())
        {
            switch (fields.Field + shift)
            {
                case EpochField when TryReadEpoch(fields.Bytes, out ulong node, out ulong incarnation):
                    key = key with { Node = node, Incarnation = incarnation };
                    break;
                case RevisionField:
                    key = key with { Revision = fields.Number };
                    break;
                case ProvisionalField:
                    isProvisional = fields.Number != 0;
                    break;
                case BaseRevisionField:
                    baseRevision = fields.Number;
                    break;
            }
        }

        head = new ListHead(key, baseRevision, isProvisional);
        return !fields.IsMalformed;
    }

    private static bool TryReadEpoch(ReadOnlySpan<byte> epoch, out ulong node, out ulong incarnation)
    {
        FieldReader fields = new(epoch);
        (node, incarnation) = (0, 0);
        while (fields.Next())
        {
            (node, incarnation) = fields.Field == 1 ? (fields.Number, incarnation) : (node, fields.Number);
        }

        return !fields.IsMalformed;
    }
}
