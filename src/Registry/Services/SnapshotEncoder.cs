using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Instance = FastRegistry.Registry.Instances.Instance;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Registry.Services;

/// <summary>Writes protobuf bodies that list instances, <c>Snapshot</c> above all, from the encoded forms its instances keep: one array, no message objects per instance.</summary>
internal static class SnapshotEncoder
{
    // field 9, length-delimited; the same field in a delta
    private const byte InstancesTag = (Messages.Snapshot.InstancesFieldNumber << 3) | 2;

    public static byte[] Encode(ServiceSnapshot snapshot, InstanceSelection selection)
    {
        Messages.Snapshot head = new()
        {
            Namespace = snapshot.Key.Namespace,
            Group = snapshot.Key.Group,
            Name = snapshot.Key.Name,
            Epoch = snapshot.Epoch.ToMessage(),
            Revision = (ulong)snapshot.Revision,
            Provisional = snapshot.IsProvisional,
            ProtectionReached = selection.ProtectionReached,
        };
        if (snapshot.Instances.IsEmpty)
        {
            head.EmptyReason = (Messages.EmptyReason)snapshot.EmptyCause;
        }

        return Join(head, snapshot.Instances, selection);
    }

    /// <summary>Bytes of all instances a selection shows, as fields of a list; a protected list as if none were healed, which is two bytes each at most.</summary>
    public static int Measure(ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        int bytes = 0;
        foreach (Instance instance in instances)
        {
            if (selection.Shows(instance))
            {
                int length = instance.Encoded.Length;
                bytes += 1 + CodedOutputStream.ComputeLengthSize(length) + length;
            }
        }

        return bytes;
    }

    /// <summary>A message and, behind its own fields, the instances a selection shows, as it shows them.</summary>
    public static byte[] Join(IMessage head, ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        if (selection.ProtectionReached)
        {
            // Copies for the time of the encoding: some instances look healthier than they are.
            instances = Seen(instances, selection);
        }

        int headBytes = head.CalculateSize();
        byte[] body = GC.AllocateUninitializedArray<byte>(headBytes + Measure(instances, selection));
        head.WriteTo(body.AsSpan(0, headBytes));
        Span<byte> rest = body.AsSpan(headBytes);
        foreach (Instance instance in instances)
        {
            if (selection.Shows(instance))
            {
                ReadOnlySpan<byte> encoded = instance.Encoded;
                rest[0] = InstancesTag;
                rest = rest[(1 + WriteLength(rest[1..], encoded.Length))..];
                encoded.CopyTo(rest);
                rest = rest[encoded.Length..];
            }
        }

        return body;
    }

    private static Instance[] Seen(ReadOnlySpan<Instance> instances, InstanceSelection selection)
    {
        Instance[] seen = new Instance[instances.Length];
        for (int i = 0; i < seen.Length; i++)
        {
            seen[i] = selection.Seen(instances[i]);
        }

        return seen;
    }

    private static int WriteLength(Span<byte> destination, int length)
    {
        int written = 0;
        uint rest = (uint)length;
        while (rest >= 0x80)
        {
            destination[written++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        destination[written++] = (byte)rest;
        return written;
    }
}
