namespace FastRegistry.Wire.Framing;

/// <summary>What <see cref="MessageCheck"/> needs to know of a message: which of its fields are text, and which are messages with text in them.</summary>
/// <remarks>
/// Written by hand for the messages that a node receives, and compared with the generated ones by a test: reading the same from their descriptors would have the
/// program build those of all messages first, which takes some 40 ms. Immutable.
/// </remarks>
public sealed class MessageShape
{
    private readonly MessageShape?[] _fields;

    /// <summary>Creates the shape of a message.</summary>
    /// <param name="fields">Number and content of each field that is text or has text in it, in any order.</param>
    public MessageShape(params ReadOnlySpan<(int Number, MessageShape Content)> fields)
    {
        int highest = -1;
        foreach ((int number, _) in fields)
        {
            highest = Math.Max(highest, number);
        }

        _fields = new MessageShape?[highest + 1];
        foreach ((int number, MessageShape content) in fields)
        {
            _fields[number] = content;
        }
    }

    /// <summary>For tests: the caller fills the array, so that a message may hold itself.</summary>
    internal MessageShape(MessageShape?[] fields) => _fields = fields;

    /// <summary>A field of type string, repeated or not.</summary>
    public static MessageShape Text { get; } = new();

    /// <summary>A message without text.</summary>
    public static MessageShape NoText { get; } = new();

    private static MessageShape Label { get; } = new((1, Text), (2, Text));

    private static MessageShape Instance { get; } = new((1, Text), (6, Text), (7, Label), (9, Text));

    private static MessageShape InstanceKey { get; } = new((1, Text), (3, Text));

    private static MessageShape Subscription { get; } = new((2, Text), (3, Text), (4, Text), (5, Text), (7, new MessageShape((1, NoText))));

    /// <summary>Of <c>SetupRequest</c>.</summary>
    public static MessageShape SetupRequest { get; } = new((1, Text), (2, Text), (4, Text), (5, Label), (6, Label), (10, NoText));

    /// <summary>Of <c>RegisterRequest</c>.</summary>
    public static MessageShape RegisterRequest { get; } = new((1, Text), (2, Text), (3, Text), (4, Instance));

    /// <summary>Of <c>BatchRegisterRequest</c>.</summary>
    public static MessageShape BatchRegisterRequest { get; } = new((1, Text), (2, Text), (3, Text), (4, Instance));

    /// <summary>Of <c>DeregisterRequest</c>.</summary>
    public static MessageShape DeregisterRequest { get; } = new((1, Text), (2, Text), (3, Text), (4, InstanceKey));

    /// <summary>Of <c>QueryRequest</c>.</summary>
    public static MessageShape QueryRequest { get; } = new((1, Text), (2, Text), (3, Text), (4, Text));

    /// <summary>Of <c>ListServicesRequest</c>.</summary>
    public static MessageShape ListServicesRequest { get; } = new((1, Text), (2, Text));

    /// <summary>Of <c>SubscribeRequest</c>.</summary>
    public static MessageShape SubscribeRequest { get; } = new((1, Subscription));

    /// <summary>Of <c>UnsubscribeRequest</c>.</summary>
    public static MessageShape UnsubscribeRequest => NoText;

    /// <summary>The content is text and not a message.</summary>
    public bool IsText => ReferenceEquals(this, Text);

    /// <summary>One more than the highest number of a field it knows.</summary>
    public int Fields => _fields.Length;

    /// <summary>Finds the content of a field; null: nothing is known of it.</summary>
    public MessageShape? Find(uint field)
    {
        MessageShape?[] fields = _fields;
        return field < (uint)fields.Length ? fields[field] : null;
    }
}
