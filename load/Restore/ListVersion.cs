using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Load.Restore;

/// <summary>A list of a service as its node listed it: what a client needs to take differences and to say what it has. Immutable; shared by all that have it.</summary>
internal sealed class ListVersion
{
    private readonly Dictionary<(string Cluster, string Ip, uint Port), ulong> _numbers;

    private ListVersion(ListKey key, Dictionary<(string Cluster, string Ip, uint Port), ulong> numbers)
    {
        Key = key;
        _numbers = numbers;
        foreach (ulong number in numbers.Values)
        {
            Digest = unchecked(Digest + number);
        }
    }

    public ListKey Key { get; }

    public int Count => _numbers.Count;

    /// <summary>See <see cref="ListDigest"/>.</summary>
    public ulong Digest { get; }

    /// <summary>Reads a whole list.</summary>
    /// <param name="snapshot">An encoded <c>Snapshot</c> that its head was read from.</param>
    public static ListVersion Read(ListKey key, ReadOnlySpan<byte> snapshot) => new(key, Apply([], snapshot));

    /// <summary>The list that a difference makes of this one.</summary>
    /// <param name="delta">An encoded <c>SnapshotDelta</c> that its head was read from.</param>
    public ListVersion With(ListKey key, ReadOnlySpan<byte> delta) => new(key, Apply(new(_numbers), delta));

    /// <summary>The same instances under another name.</summary>
    public ListVersion As(ListKey key) => new(key, _numbers);

    public HeldList ToHeld() => new()
    {
        Epoch = new Epoch { Node = Key.Node, Incarnation = Key.Incarnation },
        Revision = Key.Revision,
        Count = (uint)Count,
        Digest = Digest,
    };

    private static Dictionary<(string Cluster, string Ip, uint Port), ulong> Apply(
        Dictionary<(string Cluster, string Ip, uint Port), ulong> numbers, ReadOnlySpan<byte> message)
    {
        FieldReader fields = new(message);
        while (fields.Next())
        {
            if (fields.Field == ListHead.InstanceField)
            {
                Instance instance = Instance.Parser.ParseFrom(fields.Bytes);
                numbers[(instance.Cluster, instance.Ip, instance.Port)] = ListDigest.OfInstance(fields.Bytes);
            }
            else if (fields.Field == ListHead.RemovedField)
            {
                InstanceKey removed = InstanceKey.Parser.ParseFrom(fields.Bytes);
                numbers.Remove((removed.Cluster, removed.Ip, removed.Port));
            }
        }

        return numbers;
    }
}
