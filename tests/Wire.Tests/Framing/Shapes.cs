using System.Collections.Concurrent;
using FastRegistry.Wire.Framing;
using Google.Protobuf.Reflection;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary>Shapes of messages, made of their descriptors.</summary>
internal static class Shapes
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessageShape> Made = new();

    public static MessageShape Of(MessageDescriptor descriptor) => Made.GetOrAdd(descriptor, static descriptor => Make(descriptor, []));

    /// <summary>Compares what two shapes say, as deep as they go.</summary>
    public static bool AreAlike(MessageShape? left, MessageShape? right)
    {
        if (left is null || right is null || left.IsText || right.IsText)
        {
            return ReferenceEquals(left, right);
        }

        return left.Fields == right.Fields && Enumerable.Range(0, left.Fields).All(field => AreAlike(left.Find((uint)field), right.Find((uint)field)));
    }

    private static MessageShape Make(MessageDescriptor descriptor, Dictionary<MessageDescriptor, MessageShape> made)
    {
        if (made.TryGetValue(descriptor, out MessageShape? shape))
        {
            return shape;
        }

        FieldDescriptor[] known = [.. descriptor.Fields.InFieldNumberOrder().Where(static field => field.FieldType is FieldType.String or FieldType.Message)];
        MessageShape?[] fields = new MessageShape?[known.Length == 0 ? 0 : known[^1].FieldNumber + 1];
        shape = new MessageShape(fields);
        made.Add(descriptor, shape);
        foreach (FieldDescriptor field in known)
        {
            fields[field.FieldNumber] = field.FieldType == FieldType.String ? MessageShape.Text : Make(field.MessageType, made);
        }

        return shape;
    }
}
