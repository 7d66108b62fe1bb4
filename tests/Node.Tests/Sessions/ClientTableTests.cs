using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Services;

namespace FastRegistry.Node.Tests.Sessions;

public sealed class ClientTableTests
{
    [Fact]
    public void It_holds_what_a_dictionary_holds_whatever_comes_and_goes()
    {
        ClientTable table = new();
        Dictionary<UInt128, RegistryClient> model = [];
        Random random = new(7);
        for (int i = 0; i < 50_000; i++)
        {
            // Growing for the first half, then shrinking: as often new as gone, among more ids than there are.
            UInt128 id = (UInt128)random.Next(1, 6000);
            if (random.Next(10) < (i < 25_000 ? 7 : 3))
            {
                RegistryClient client = table.FindOrAdd(id);
                Assert.Equal(id, client.InstanceId);
                model.TryAdd(id, client);
                Assert.Same(model[id], client);
            }
            else if (model.Remove(id, out RegistryClient? gone))
            {
                table.Remove(gone);
                table.Remove(gone);
            }

            Assert.Equal(model.Count, table.Count);
        }

        Assert.All(Enumerable.Range(1, 6000), id => Assert.Same(model.GetValueOrDefault((UInt128)id), table.Find((UInt128)id)));
    }

    [Fact]
    public void A_client_that_is_gone_does_not_take_out_the_next_one_with_its_id()
    {
        ClientTable table = new();
        RegistryClient first = table.FindOrAdd(1);
        table.Remove(first);
        RegistryClient second = table.FindOrAdd(1);
        table.Remove(first);
        Assert.NotSame(first, second);
        Assert.Equal((1L, 2L), (first.Number, second.Number));
        Assert.Same(second, table.Find(1));
    }

    [Fact]
    public async Task Threads_that_add_the_same_ids_at_once_get_the_same_clients()
    {
        ClientTable table = new();
        RegistryClient[][] found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => Enumerable.Range(1, 5000).Select(id => table.FindOrAdd((UInt128)id)).ToArray(), TestContext.Current.CancellationToken)));
        Assert.Equal(5000, table.Count);
        Assert.All(found.Skip(1), clients => Assert.Equal(found[0], clients));
        Assert.Equal(5000, found[0].Select(static client => client.Number).Distinct().Count());
    }
}
