using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using Google.Protobuf.Reflection;

namespace FastRegistry.Architecture.Tests.Protocol;

/// <summary>The tables of <c>docs/protocol.md</c> are those of the code: whoever writes a client from the document writes the same bytes.</summary>
public sealed class MessageTableTests
{
    private static readonly FileDescriptor[] Files = [CommonReflection.Descriptor, NamingReflection.Descriptor];

    public static TheoryData<string> Messages => [.. Files.SelectMany(static file => file.MessageTypes).Select(static message => message.Name)];

    public static TheoryData<string> MessageEnums => [.. Files.SelectMany(static file => file.EnumTypes).Select(static type => type.Name)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_has_its_table_with_number_name_and_type_of_each_field(string name)
    {
        MessageDescriptor message = Files.SelectMany(static file => file.MessageTypes).Single(message => message.Name == name);
        Assert.Equal(
            message.Fields.InFieldNumberOrder().Select(static field => $"{field.FieldNumber} {field.Name}: {TypeOf(field)}"),
            ProtocolDocument.Table(name, "#").Select(static row => $"{row[0]} {row[1]}: {row[2]}"));
    }

    [Theory]
    [MemberData(nameof(MessageEnums))]
    public void An_enum_of_the_messages_has_its_table_with_every_value(string name)
    {
        EnumDescriptor type = Files.SelectMany(static file => file.EnumTypes).Single(type => type.Name == name);
        Assert.Equal(type.Values.Select(static value => $"{value.Number} {value.Name}"), ProtocolDocument.Table(name).Select(static row => $"{row[0]} {row[1]}"));
    }

    [Fact]
    public void No_table_describes_a_message_that_does_not_exist()
    {
        IEnumerable<string> names = Files.SelectMany(static file => file.MessageTypes.Select(static message => message.Name).Concat(file.EnumTypes.Select(static type => type.Name)));
        Assert.Equal(names.Append(nameof(StreamResetCode)).Order(StringComparer.Ordinal), ProtocolDocument.NamedTables.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_kind_is_in_the_document_and_no_other() => AssertSame<FrameKind>("Kinds", withoutNone: true);

    [Fact]
    public void Every_flag_is_in_the_document_and_no_other() => AssertSame<FrameFlags>("Flags", withoutNone: true);

    [Fact]
    public void Every_type_is_in_the_document_and_no_other() => AssertSame<MessageType>("Types");

    [Fact]
    public void Every_code_of_a_stream_reset_is_in_the_document_and_no_other() => AssertSame<StreamResetCode>(nameof(StreamResetCode));

    [Fact]
    public void Every_error_code_is_in_the_document_and_no_other() => AssertSame<ErrorCode>("11 Errors");

    [Fact]
    public void Every_goaway_reason_is_in_the_document_and_no_other() => AssertSame<GoAwayReason>("12 Goaways");

    [Fact]
    public void Every_limit_is_in_the_document_and_no_other()
    {
        Dictionary<string, long> limits = typeof(WireLimits).GetFields().Where(static field => field.IsLiteral)
            .ToDictionary(static field => field.Name, static field => Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(limits, ProtocolDocument.Table("13 Limits and deadlines", "constant").ToDictionary(static row => row[0], static row => ProtocolDocument.NumberOf(row[1])));
    }

    private static void AssertSame<TEnum>(string heading, bool withoutNone = false)
        where TEnum : struct, Enum
    {
        Dictionary<string, long> values = Enum.GetValues<TEnum>().Where(value => !withoutNone || Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture) != 0)
            .ToDictionary(static value => value.ToString(), static value => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(values, ProtocolDocument.Values(heading));
    }

    private static string TypeOf(FieldDescriptor field)
    {
        string type = field.FieldType switch
        {
            FieldType.Message => field.MessageType.Name,
            FieldType.Enum => field.EnumType.Name,
            _ => field.FieldType.ToString().ToLowerInvariant(),
        };
        return field.IsRepeated ? $"repeated {type}" : field.HasPresence && field.FieldType != FieldType.Message ? $"optional {type}" : type;
    }
}
