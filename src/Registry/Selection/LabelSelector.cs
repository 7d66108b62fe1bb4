using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Selection;

/// <summary>A selector of type <c>label</c>: a consumer sees the instances whose address has the same labels as its own. Immutable.</summary>
/// <remarks>
/// <para>The grammar is that of Nacos: <c>CONSUMER.label.A=PROVIDER.label.A &amp; CONSUMER.label.B=PROVIDER.label.B</c>, white space without meaning.</para>
/// <para>An instance passes when for each label the consumer's value is not blank and equals the instance's. When none passes, all are seen: a selector
/// prefers, it never empties a list. Labels come from <see cref="AddressLabels"/>.</para>
/// </remarks>
internal sealed class LabelSelector
{
    /// <summary>Longest expression that is read, in characters.</summary>
    public const int MaximumLength = 4096;

    private const string Consumer = "CONSUMER.label.";
    private const string Provider = "PROVIDER.label.";

    private LabelSelector(string expression, ImmutableArray<string> labels)
    {
        Expression = expression;
        Labels = labels;
    }

    /// <summary>As it was given.</summary>
    public string Expression { get; }

    /// <summary>Each once, in the order of the expression.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Reads an expression.</summary>
    /// <param name="expression">The text.</param>
    /// <param name="selector">The selector when true is returned.</param>
    /// <param name="rule">What is wrong with it when false is returned, as the end of a sentence.</param>
    public static bool TryParse(string expression, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? rule)
    {
        selector = null;
        if (expression.Length > MaximumLength)
        {
            rule = $"must not be longer than {MaximumLength} characters";
            return false;
        }

        string text = string.Concat(expression.Where(static character => !char.IsWhiteSpace(character)));
        List<string> labels = [];
        foreach (string term in text.Split('&'))
        {
            string[] sides = term.Split('=');
            if (sides.Length != 2
                || !sides[0].StartsWith(Consumer, StringComparison.Ordinal)
                || !sides[1].StartsWith(Provider, StringComparison.Ordinal)
                || sides[0].Length == Consumer.Length
                || sides[0][Consumer.Length..] != sides[1][Provider.Length..])
            {
                rule = "must consist of terms 'CONSUMER.label.X=PROVIDER.label.X' with the same X on both sides, joined by '&'";
                return false;
            }

            string label = sides[0][Consumer.Length..];
            if (!labels.Contains(label))
            {
                labels.Add(label);
            }
        }

        selector = new LabelSelector(expression, [.. labels]);
        rule = null;
        return true;
    }

    /// <summary>The filter of a consumer at an address, narrowed to its labels; the filter itself when it has none of them.</summary>
    public InstanceFilter Narrow(InstanceFilter filter, string? address, AddressLabels labels)
    {
        if (address is null || labels.Of(address) is not { } own)
        {
            return filter;
        }

        string[] values = new string[Labels.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (!own.TryGetValue(Labels[i], out string? value) || string.IsNullOrWhiteSpace(value))
            {
                return filter;
            }

            values[i] = value;
        }

        return filter.For(values);
    }

    /// <summary>True when an instance at an address has these values.</summary>
    public bool Matches(ReadOnlySpan<string> values, string address, AddressLabels labels)
    {
        if (labels.Of(address) is not { } own)
        {
            return false;
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!own.TryGetValue(Labels[i], out string? value) || value != values[i])
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Labels by address, for selectors of type <c>label</c>. Immutable; replaced as a whole.</summary>
/// <remarks>They take the place of a CMDB plugin of Nacos. Without labels a selector changes nothing.</remarks>
internal sealed class AddressLabels(IEnumerable<KeyValuePair<string, ImmutableDictionary<string, string>>> labels)
{
    private readonly FrozenDictionary<string, ImmutableDictionary<string, string>> _labels = labels.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>No address has labels.</summary>
    public static AddressLabels None { get; } = new([]);

    public int Count => _labels.Count;

    /// <summary>Null when nothing is known of the address.</summary>
    public ImmutableDictionary<string, string>? Of(string address) => _labels.GetValueOrDefault(address);
}
