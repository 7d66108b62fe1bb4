using System.Collections.Immutable;
using RegistryInstance = FastRegistry.Client.Instance;

namespace FastRegistry.Client.Tests.Services;

public sealed class EqualityTests
{
    [Fact]
    public void Keys_and_instances_compare_by_value()
    {
        Assert.Equal(new ServiceKey("g", "s"), ServiceKey.Parse("g@@s"));
        Assert.Equal(new ServiceKey("s"), ServiceKey.Parse("s"));
        Assert.Equal("g@@s", new ServiceKey("g", "s").ToString());
        Assert.False(ServiceKey.TryParse("@@s", out _));
        Assert.Throws<FormatException>(() => ServiceKey.Parse("a@@b@@c"));
        RegistryInstance one = new("a", 1) { Metadata = new Dictionary<string, string> { ["k"] = "v", ["l"] = "w" }.ToImmutableDictionary() };
        RegistryInstance two = new("a", 1) { Metadata = new Dictionary<string, string> { ["l"] = "w", ["k"] = "v" }.ToImmutableDictionary() };
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, two with { Metadata = one.Metadata.SetItem("k", "x") });
    }
}
