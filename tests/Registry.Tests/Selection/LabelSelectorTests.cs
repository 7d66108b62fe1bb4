using System.Collections.Immutable;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Metadata;
using FastRegistry.Registry.Selection;
using FastRegistry.Tests;

namespace FastRegistry.Registry.Tests.Selection;

/// <summary>Selectors of type <c>label</c>: a consumer prefers the instances with its own labels.</summary>
public sealed class LabelSelectorTests
{
    private const string Zone = "CONSUMER.label.zone=PROVIDER.label.zone";

    private static readonly Instance[] Instances =
        [Make.Instance(1, ip: "10.0.0.1"), Make.Instance(2, ip: "10.0.0.2"), Make.Instance(3, ip: "10.0.0.3", healthy: false), Make.Instance(4, ip: "10.0.0.4")];

    private static readonly AddressLabels Labels = new(
    [
        Labelled("10.0.0.1", ("zone", "a"), ("rack", "1")),
        Labelled("10.0.0.2", ("zone", "a"), ("rack", "2")),
        Labelled("10.0.0.3", ("zone", "b")),
        Labelled("consumer-a1", ("zone", "a"), ("rack", "1")),
        Labelled("consumer-b", ("zone", "b")),
        Labelled("consumer-c", ("zone", "c")),
        Labelled("consumer-blank", ("zone", " ")),
        Labelled("consumer-rack", ("rack", "1")),
    ]);

    [Theory]
    [InlineData("consumer-a1", Zone, "1 2")]
    [InlineData("consumer-a1", Zone + "&CONSUMER.label.rack=PROVIDER.label.rack", "1")]
    [InlineData("consumer-c", Zone, "1 2 3 4")]
    [InlineData("consumer-blank", Zone, "1 2 3 4")]
    [InlineData("consumer-rack", Zone, "1 2 3 4")]
    [InlineData("nobody-knows", Zone, "1 2 3 4")]
    [InlineData(null, Zone, "1 2 3 4")]
    public void Those_with_the_consumers_labels_are_seen_and_all_when_there_are_none(string? consumer, string expression, string expected) =>
        Assert.Equal(expected, Seen(consumer, expression, healthyOnly: false));

    [Fact]
    public void Protection_is_decided_over_what_the_selector_leaves()
    {
        Assert.Equal("protected: 3", Seen("consumer-b", Zone, healthyOnly: true));
        Assert.Equal("1 2", Seen("consumer-a1", Zone, healthyOnly: true));
    }

    [Theory]
    [InlineData(" CONSUMER.label.a = PROVIDER.label.a ", "a")]
    [InlineData("CONSUMER.label.a=PROVIDER.label.a&CONSUMER.label.b=PROVIDER.label.b & CONSUMER.label.a=PROVIDER.label.a", "a b")]
    public void An_expression_is_terms_joined_by_and_with_white_space_without_meaning(string expression, string labels)
    {
        Assert.True(LabelSelector.TryParse(expression, out LabelSelector? selector, out _));
        Assert.Equal(labels, string.Join(' ', selector.Labels));
        Assert.Equal(expression, selector.Expression);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zone=zone")]
    [InlineData("CONSUMER.label.a=PROVIDER.label.b")]
    [InlineData("CONSUMER.label.=PROVIDER.label.")]
    [InlineData("PROVIDER.label.a=CONSUMER.label.a")]
    [InlineData("CONSUMER.label.a=PROVIDER.label.a&")]
    [InlineData("CONSUMER.label.a=PROVIDER.label.a|CONSUMER.label.b=PROVIDER.label.b")]
    [InlineData("CONSUMER.label.a=PROVIDER.label.a=x")]
    public void Anything_else_is_refused_with_the_rule(string expression)
    {
        Assert.False(LabelSelector.TryParse(expression, out _, out string? rule));
        Assert.Equal("must consist of terms 'CONSUMER.label.X=PROVIDER.label.X' with the same X on both sides, joined by '&'", rule);
    }

    [Fact]
    public void An_expression_that_is_too_long_is_refused_with_the_bound()
    {
        Assert.False(LabelSelector.TryParse(new string(' ', LabelSelector.MaximumLength + 1), out _, out string? rule));
        Assert.Equal("must not be longer than 4096 characters", rule);
    }

    private static string Seen(string? consumer, string expression, bool healthyOnly)
    {
        ServiceMetadata metadata = new() { Selector = Parse(expression) };
        InstanceFilter filter = metadata.Selector!.Narrow(InstanceFilter.Create([], healthyOnly), consumer, Labels);
        return SelectionTests.Seen(Instances, metadata, filter, Labels);
    }

    private static LabelSelector Parse(string expression)
    {
        Assert.True(LabelSelector.TryParse(expression, out LabelSelector? selector, out string? rule), rule);
        return selector;
    }

    private static KeyValuePair<string, ImmutableDictionary<string, string>> Labelled(string address, params (string Key, string Value)[] labels) =>
        KeyValuePair.Create(address, labels.ToImmutableDictionary(static label => label.Key, static label => label.Value));
}
