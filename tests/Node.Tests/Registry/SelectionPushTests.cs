using System.Collections.Immutable;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

/// <summary>Protection and label selectors as subscribers and readers meet them.</summary>
public sealed class SelectionPushTests
{
    [Fact]
    [ProtocolRule("L-9")]
    public void Readers_are_told_and_see_everybody_healthy_while_what_is_registered_stays_as_it_is()
    {
        using NodeFixture node = new();
        RegistryClient client = Make.Client();
        node.Registry.Register(client, "s", Make.Instance(1), Make.Instance(2, healthy: false));
        RawClient reader = node.Connect();
        Assert.False(reader.Subscribe(1, "s").ProtectionReached);
        Assert.Equal(AdministrationOutcome.Done, node.Registry.UpdateMetadata(Make.Key(), static metadata => metadata with { ProtectThreshold = 0.5 }));
        node.Pump();

        Wire.Messages.Snapshot pushed = reader.Read().Pushed;
        Assert.True(pushed.ProtectionReached);
        Assert.All(pushed.Instances, static instance => Assert.True(!instance.HasHealthy || instance.Healthy));
        Assert.Equal([1, 2], reader.Query("s", healthyOnly: true).Ports());

        node.Registry.UpdateMetadata(Make.Key(), static metadata => metadata with { ProtectThreshold = 0 });
        node.Pump();
        pushed = reader.Read().Pushed;
        Assert.False(pushed.ProtectionReached);
        Assert.Single(pushed.Instances, static instance => instance is { HasHealthy: true, Healthy: false });
        Assert.Equal([1], reader.Query("s", healthyOnly: true).Ports());
    }

    [Fact]
    public void A_subscriber_is_pushed_what_its_address_selects_and_hears_of_new_labels()
    {
        using NodeFixture node = new();
        node.Registry.Register(Make.Client(), "s", [.. Enumerable.Range(1, 4).Select(static i => Make.Instance(i, ip: $"10.0.0.{i}", healthy: i != 3))]);
        RawClient reader = node.ConnectBare(address: "10.9.9.9");
        reader.SetUp();
        Assert.Equal([1, 2, 3, 4], reader.Subscribe(1, "s").Ports());
        node.Registry.UpdateMetadata(Make.Key(), static metadata => metadata with { Selector = Parse("CONSUMER.label.zone=PROVIDER.label.zone") });
        node.Pump();
        Assert.Equal([1, 2, 3, 4], reader.Read().Pushed.Ports());

        node.Registry.ReplaceLabels(new AddressLabels([Labelled("10.9.9.9", ("zone", "a")), Labelled("10.0.0.2", ("zone", "a"))]));
        node.Pump();
        Assert.Equal([2], reader.Read().Pushed.Ports());
        Assert.Equal([2], reader.Query("s").Ports());
        RawClient other = node.ConnectBare(address: "10.9.9.8");
        other.SetUp();
        Assert.Equal([1, 2, 3, 4], other.Query("s").Ports());

        node.Registry.ReplaceLabels(AddressLabels.None);
        node.Pump();
        Assert.Equal([1, 2, 3, 4], reader.Read().Pushed.Ports());
    }

    private static LabelSelector Parse(string expression)
    {
        Assert.True(LabelSelector.TryParse(expression, out LabelSelector? selector, out string? rule), rule);
        return selector;
    }

    private static KeyValuePair<string, ImmutableDictionary<string, string>> Labelled(string address, params (string Key, string Value)[] labels) =>
        KeyValuePair.Create(address, labels.ToImmutableDictionary(static label => label.Key, static label => label.Value));
}
