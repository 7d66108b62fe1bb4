using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace FastRegistry.Wire.Tests.Framing;

[Collection(MeasurementsCollection.Name)]
public sealed class MessageCheckTests
{
    private const int Messages = 2_000;
    private const int MutationsPerMessage = 100;

    private static readonly MessageDescriptor[] Descriptors = [.. CommonReflection.Descriptor.MessageTypes, .. NamingReflection.Descriptor.MessageTypes];

    public static TheoryData<string> NotText =>
    [
        "61 FF 62",
        "61 FE 62",
        "61 C0 62",

        // Cut off in the middle of a character.
        "E4 B8",
        "61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 E4",
        "F0 9F 98",

        // Surrogates, one alone and as a pair.
        "ED A0 80",
        "ED A0 BD ED B8 80",

        // The slash and NUL in more bytes than needed.
        "C0 AF",
        "C0 80",
        "E0 80 AF",
        "F0 80 80 AF",

        // Beyond the last code point.
        "F4 90 80 80",
        "F8 88 80 80 80",

        // A continuation that continues nothing.
        "80",
        "61 61 61 61 61 61 61 61 61 61 61 61 61 BF",
    ];

    public static TheoryData<string> Texts =>
    [
        "",
        "61",
        "61 00 62",
        "7F 7F 7F 7F 7F 7F 7F 7F",
        "C3 A4",
        "E4 B8 AD E6 96 87",
        "F0 9F 98 80",
        "F4 8F BF BF",
        "61 61 61 61 61 61 61 61 61 61 61 61 61 61 E4 B8 AD",
        "EF BF BD",
    ];

    [Theory]
    [ProtocolRule("M-1")]
    [MemberData(nameof(NotText))]
    public void Text_that_is_not_UTF_8_is_not_well_formed_wherever_it_stands(string hex)
    {
        byte[] text = GoldenVectors.Bytes(hex);
        AssertCheck(false, RegisterRequest.Descriptor, Field(3, text));
        AssertCheck(false, RegisterRequest.Descriptor, [.. Field(1, "public"u8), .. Field(3, text), .. Field(2, "a group that follows"u8)]);

        // In the value of a label of the metadata of an instance, and in a repeated field.
        AssertCheck(false, RegisterRequest.Descriptor, Field(4, Field(7, [.. Field(1, "key"u8), .. Field(2, text)])));
        AssertCheck(false, SubscribeRequest.Descriptor, Field(1, [.. Field(5, "east"u8), .. Field(5, text), .. Field(4, "a name that follows"u8)]));
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_that_is_UTF_8_is_well_formed_wherever_it_stands(string hex)
    {
        byte[] text = GoldenVectors.Bytes(hex);
        AssertCheck(true, RegisterRequest.Descriptor, Field(3, text));
        AssertCheck(true, RegisterRequest.Descriptor, [.. Field(3, text), .. Field(2, [0x67, 0xE4, 0xB8, 0xAD])]);
        AssertCheck(true, RegisterRequest.Descriptor, Field(4, Field(7, [.. Field(1, "key"u8), .. Field(2, text)])));
    }

    [Fact]
    public void Short_text_is_judged_alone_whatever_stands_behind_it()
    {
        // One byte that is not text at each place of a text of each length, with room behind it and without.
        for (int length = 1; length <= 40; length++)
        {
            byte[] text = [.. Enumerable.Repeat((byte)'a', length)];
            foreach (byte[] behind in new[] { [], Field(3, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]) })
            {
                AssertCheck(true, SetupRequest.Descriptor, [.. Field(1, text), .. behind]);
                for (int at = 0; at < length; at++)
                {
                    text[at] = 0xFF;
                    AssertCheck(false, SetupRequest.Descriptor, [.. Field(1, text), .. behind]);
                    text[at] = (byte)'a';
                }
            }
        }
    }

    [Fact]
    public void Bytes_and_unknown_fields_may_hold_anything()
    {
        byte[] any = [0xFF, 0xFE, 0xC0, 0x80];
        AssertCheck(true, SetupRequest.Descriptor, Field(3, any));
        AssertCheck(true, SetupRequest.Descriptor, Field(99, any));
        AssertCheck(true, SetupRequest.Descriptor, Field(500_000, any));
        AssertCheck(true, SetupRequest.Descriptor, [0xA8, 0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]);
    }

    // 2^32 + 1 of field 3, which the generated parser reads as 1; the same as a tag, which it reads as field 3; and in the middle of an unknown field.
    [Theory]
    [ProtocolRule("M-2")]
    [InlineData("1A 81 80 80 80 10 61")]
    [InlineData("9A 80 80 80 10 01 61")]
    [InlineData("9A 06 81 80 80 80 10 61")]
    [InlineData("22 09 0A 81 80 80 80 10 61 10 50")]
    public void A_tag_or_length_that_does_not_fit_in_32_bits_is_not_well_formed(string hex)
    {
        byte[] body = GoldenVectors.Bytes(hex);
        RegisterRequest.Parser.ParseFrom(body);
        AssertCheck(false, RegisterRequest.Descriptor, body);
    }

    [Theory]

    // Beyond the body, and beyond the message in it; the largest that fits in 32 bits.
    [InlineData("1A 02 61")]
    [InlineData("22 04 0A 03 61 61 1A 01 61")]
    [InlineData("1A FF FF FF FF 07 61")]
    [InlineData("1A FF FF FF FF 0F 61")]
    [InlineData("1A FF FF FF FF FF FF FF FF FF 01 61")]

    // Cut off: a tag, a length, a number, fixed numbers.
    [InlineData("9A")]
    [InlineData("1A 81")]
    [InlineData("1A")]
    [InlineData("28 80")]
    [InlineData("28")]
    [InlineData("29 01 02 03 04 05 06 07")]
    [InlineData("2D 01 02 03")]

    // Eleven bytes: a tag, a length, a number.
    [InlineData("9A 80 80 80 80 80 80 80 80 80 00 01 61")]
    [InlineData("1A 81 80 80 80 80 80 80 80 80 80 00 61")]
    [InlineData("28 81 80 80 80 80 80 80 80 80 80 00")]

    // Groups, their ends, wire types that do not exist, field 0.
    [InlineData("2B 2C")]
    [InlineData("2C")]
    [InlineData("2E 00")]
    [InlineData("2F 00")]
    [InlineData("02 00")]
    [InlineData("00 00")]
    public void A_length_beyond_its_message_and_what_ends_too_early_is_not_well_formed(string hex) =>
        AssertCheck(false, RegisterRequest.Descriptor, GoldenVectors.Bytes(hex));

    // A length of one in more bytes than needed; a text field as a number; a number as text; a message as a number.
    [Theory]
    [InlineData("1A 81 00 61")]
    [InlineData("1A 81 80 80 80 80 80 80 80 80 00 61")]
    [InlineData("9A 00 01 61")]
    [InlineData("18 05")]
    [InlineData("22 04 12 02 FF FE")]
    [InlineData("20 01")]
    [InlineData("")]
    public void What_only_the_parser_may_judge_is_left_to_it(string hex) => AssertCheck(true, RegisterRequest.Descriptor, GoldenVectors.Bytes(hex));

    [Fact]
    public void Depth_is_bounded_where_the_parser_bounds_it()
    {
        // Value of google.protobuf.Struct is the one at hand that nests without end.
        byte[] value = Field(3, "text"u8);
        for (int depth = 0; depth < 30; depth++)
        {
            value = Field(6, Field(1, value));
        }

        AssertCheck(true, Value.Descriptor, value);
        for (int depth = 0; depth < 50; depth++)
        {
            value = Field(6, Field(1, value));
        }

        Assert.Throws<InvalidProtocolBufferException>(() => Value.Parser.ParseFrom(value));
        AssertCheck(false, Value.Descriptor, value);
    }

    public static TheoryData<string, MessageShape, MessageDescriptor> Requests => new()
    {
        { nameof(SetupRequest), MessageShape.SetupRequest, SetupRequest.Descriptor },
        { nameof(RegisterRequest), MessageShape.RegisterRequest, RegisterRequest.Descriptor },
        { nameof(BatchRegisterRequest), MessageShape.BatchRegisterRequest, BatchRegisterRequest.Descriptor },
        { nameof(DeregisterRequest), MessageShape.DeregisterRequest, DeregisterRequest.Descriptor },
        { nameof(QueryRequest), MessageShape.QueryRequest, QueryRequest.Descriptor },
        { nameof(ListServicesRequest), MessageShape.ListServicesRequest, ListServicesRequest.Descriptor },
        { nameof(SubscribeRequest), MessageShape.SubscribeRequest, SubscribeRequest.Descriptor },
        { nameof(UnsubscribeRequest), MessageShape.UnsubscribeRequest, UnsubscribeRequest.Descriptor },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public void The_shape_of_a_request_is_that_of_its_generated_message(string name, MessageShape shape, MessageDescriptor descriptor) =>
        Assert.True(Shapes.AreAlike(Shapes.Of(descriptor), shape), name);

    [Fact]
    public void Every_golden_message_is_well_formed_in_one_segment_and_cut_anywhere() => Assert.All(
        GoldenMessages.All,
        golden =>
        {
            byte[] body = golden.Message.ToByteArray();
            AssertCheck(true, golden.Message.Descriptor, body);
            for (int cut = 0; cut <= body.Length; cut++)
            {
                Assert.True(MessageCheck.IsWellFormed(Shapes.Of(golden.Message.Descriptor), Sequences.Cut(body, cut)));
            }
        });

    [Fact]
    public void Messages_of_the_generated_classes_are_well_formed_and_mutations_of_them_are_at_most_refused()
    {
        int seed = Environment.TickCount;
        Random random = new(seed);
        int refused = 0;
        int accepted = 0;
        for (int i = 0; i < Messages; i++)
        {
            MessageDescriptor descriptor = Descriptors[random.Next(Descriptors.Length)];
            IMessage message = RandomMessages.Make(descriptor, random);
            byte[] body = message.ToByteArray();
            if (!MessageCheck.IsWellFormed(Shapes.Of(descriptor), new ReadOnlySequence<byte>(body)))
            {
                Assert.Fail($"{descriptor.Name}, seed {seed}: {Convert.ToHexString(body)}");
            }

            for (int mutation = 0; mutation < MutationsPerMessage && body.Length > 0; mutation++)
            {
                byte[] mutated = Mutate(body, random);
                bool whole = MessageCheck.IsWellFormed(Shapes.Of(descriptor), new ReadOnlySequence<byte>(mutated));
                bool cut = MessageCheck.IsWellFormed(Shapes.Of(descriptor), Sequences.Cut(mutated, random.Next(mutated.Length + 1)));
                if (whole != cut || (whole && !IsTextOfParsedUnchanged(descriptor, mutated)))
                {
                    Assert.Fail($"{descriptor.Name}, {whole} and {cut}, seed {seed}: {Convert.ToHexString(mutated)}");
                }

                _ = whole ? accepted++ : refused++;
            }
        }

        // A mutation that is always refused, or never, proves nothing.
        Assert.True(refused > 10_000 && accepted > 10_000, $"{refused} refused, {accepted} accepted, seed {seed}");
    }

    [Fact]
    public void A_body_in_one_segment_is_checked_without_allocating()
    {
        (MessageShape Shape, ReadOnlySequence<byte> Body)[] bodies =
            [.. GoldenMessages.All.Select(golden => (Shapes.Of(golden.Message.Descriptor), new ReadOnlySequence<byte>(golden.Message.ToByteArray())))];
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                foreach ((MessageShape shape, ReadOnlySequence<byte> body) in bodies)
                {
                    if (!MessageCheck.IsWellFormed(shape, body))
                    {
                        Assert.Fail("not well formed");
                    }
                }
            }
        });
    }

    private static void AssertCheck(bool expected, MessageDescriptor descriptor, byte[] body)
    {
        string hex = Convert.ToHexString(body);
        Assert.True(expected == MessageCheck.IsWellFormed(Shapes.Of(descriptor), new ReadOnlySequence<byte>(body)), hex);
        Assert.True(expected == MessageCheck.IsWellFormed(Shapes.Of(descriptor), Sequences.ByteByByte(body)), hex);
    }

    private static byte[] Field(int number, ReadOnlySpan<byte> content)
    {
        using MemoryStream stream = new();
        using (CodedOutputStream output = new(stream, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }

    /// <summary>What the check accepts, the parser refuses or reads without replacing a byte of a text.</summary>
    private static bool IsTextOfParsedUnchanged(MessageDescriptor descriptor, byte[] body)
    {
        try
        {
            IMessage message = descriptor.Parser.ParseFrom(body);

            // U+FFFD is made by the parser only: the mutations do not write it and the messages do not hold it.
            return !HasReplacement(message);
        }
        catch (InvalidProtocolBufferException)
        {
            return true;
        }
    }

    private static bool HasReplacement(IMessage message)
    {
        foreach (FieldDescriptor field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            object? value = field.Accessor.GetValue(message);
            IEnumerable<object> values = value is System.Collections.IEnumerable list and not string and not ByteString ? list.Cast<object>() : [value!];
            foreach (object item in values)
            {
                if ((item is string text && text.Contains('\uFFFD', StringComparison.Ordinal)) || (item is IMessage nested && HasReplacement(nested)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        List<byte> mutated = [.. body];
        for (int i = random.Next(1, 4); i > 0 && mutated.Count > 0; i--)
        {
            int at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    mutated.RemoveRange(at, random.Next(1, Math.Min(4, mutated.Count - at) + 1));
                    break;
                case 2:
                    mutated.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    mutated[at] = (byte)random.Next(128);
                    break;
                default:
                    mutated.InsertRange(at, Enumerable.Repeat((byte)0x80, random.Next(1, 12)));
                    break;
            }
        }

        return [.. mutated];
    }
}
