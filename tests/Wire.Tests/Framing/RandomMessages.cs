using System.Collections;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary>Messages of any type with random fields.</summary>
internal static class RandomMessages
{
    // Characters of one to four bytes.
    private static readonly string[] Characters = ["a", "Z", "0", "/", "\u00E4", "\u0416", "\u4E2D", "\u20AC", "\U0001F600"];

    public static IMessage Make(MessageDescriptor descriptor, Random random)
    {
        IMessage message = descriptor.Parser.ParseFrom([]);
        foreach (FieldDescriptor field in descriptor.Fields.InFieldNumberOrder())
        {
            if (random.Next(4) == 0)
            {
                continue;
            }

            if (field.IsRepeated)
            {
                IList list = (IList)field.Accessor.GetValue(message);
                for (int i = random.Next(4); i > 0; i--)
                {
                    list.Add(Value(field, random));
                }
            }
            else
            {
                field.Accessor.SetValue(message, Value(field, random));
            }
        }

        return message;
    }

    private static object Value(FieldDescriptor field, Random random) => field.FieldType switch
    {
        FieldType.String => Text(random),
        FieldType.Bytes => ByteString.CopyFrom(Bytes(random)),
        FieldType.Message => Make(field.MessageType, random),
        FieldType.Bool => random.Next(2) == 0,
        FieldType.Double => random.NextDouble() * 10_000,
        FieldType.UInt32 => (uint)(random.NextInt64(1L << 32) >> random.Next(32)),
        FieldType.UInt64 or FieldType.Fixed64 => (ulong)(random.NextInt64() >> random.Next(63)),
        FieldType.Enum => field.EnumType.Values[random.Next(field.EnumType.Values.Count)].Number,
        _ => throw new NotSupportedException($"{field.FullName} is of a type that no message had until now"),
    };

    private static string Text(Random random)
    {
        StringBuilder text = new();
        bool ascii = random.Next(2) == 0;
        for (int i = random.Next(random.Next(4) == 0 ? 300 : 24); i > 0; i--)
        {
            text.Append(Characters[random.Next(ascii ? 4 : Characters.Length)]);
        }

        return text.ToString();
    }

    private static byte[] Bytes(Random random)
    {
        byte[] bytes = new byte[random.Next(20)];
        random.NextBytes(bytes);
        return bytes;
    }
}
