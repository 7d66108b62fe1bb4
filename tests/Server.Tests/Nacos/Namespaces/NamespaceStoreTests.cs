using System.Globalization;
using FastRegistry.Server.Nacos.Namespaces;

namespace FastRegistry.Server.Tests.Nacos.Namespaces;

public sealed class NamespaceStoreTests
{
    [Fact]
    public void It_holds_no_more_than_it_says()
    {
        NamespaceStore store = new();
        for (int i = 0; i < NamespaceStore.Maximum; i++)
        {
            Assert.True(store.TryAdd(new NamespaceDescription(i.ToString(CultureInfo.InvariantCulture), "n", null)));
        }

        Assert.True(store.IsFull);
        Assert.False(store.TryAdd(new NamespaceDescription("more", "n", null)));
        store.Remove("7");
        Assert.True(store.TryAdd(new NamespaceDescription("more", "n", null)));
        Assert.Equal(NamespaceStore.Maximum + 1, store.ToArray().Length);
    }
}
