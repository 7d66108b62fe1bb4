using Google.Protobuf;
using Messages = FastRegistry.Wire.Messages;

namespace FastRegistry.Server.Registry;

/// <summary>Writes protobuf bodies that list instances, <c>Snapshot</c> above all, from the encoded forms its instances keep: one array, no message objects per instance.</summary>
internal static class SnapshotEncoder
{
    // field 9, length-delimited; the same field in a delta
    private const byte InstancesTag = (Messages.Snapshot.InstancesFieldNumber << 3) | 2;

    public static byte[] Encode(ServiceSnapshot snapshot, NodeEpoch epoch, InstanceFilter filter)
    {
        Messages.Snapshot head = new()
        {
            Namespace = snapshot.Key.Namespace,
            Group = snapshot.Key.Group,
            Name = snapshot.Key.Name,
            Epoch = epoch.ToMessage(),
            Revision = (ulong)snapshot.Revision,
            Provisional = snapshot.IsProvisional,
        };
        if (snapshot.Instances.IsEmpty)
        {
            head.EmptyReason = (Messages.EmptyReason)snapshot.EmptyCause;
        }

        return Join(head, snapshot.Instances, filter);
    }

    /// <summary>Bytes of all instances a filter lets through, as fields of a list.</summary>
    public static int Measure(ReadOnlySpan<Instance> instances, InstanceFilter filter)
    {
        int bytes = 0;
        foreach (Instance instance in instances)
        {
            if (filter.Accepts(instance))
            {
                int length = instance.Encoded.Length;
                bytes += 1 + CodedOutputStream.ComputeLengthSize(length) + length;
            }
        }

        return bytes;
    }

    /// <summary>A message and, behind its own fields, the instances a filter lets through.</summary>
    public static byte[] Join(IMessage head, ReadOnlySpan<Instance> instances, InstanceFilter filter)
    {
        int headBytes = head.CalculateSize();
        byte[] body = GC.AllocateUninitializedArray<byte>(headBytes + Measure(instances, filter));
        head.WriteTo(body.AsSpan(0, headBytes));
        Span<byte> rest = body.AsSpan(headBytes);
        foreach (Instance instance in instances)
        {
            if (filter.Accepts(instance))
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
