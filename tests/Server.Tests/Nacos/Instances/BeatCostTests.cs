using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Nacos.Instances;
using FastRegistry.Server.Nacos.Lists;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Nacos.Instances;

public sealed class BeatCostTests : IDisposable
{
    private const int Rounds = 1000;

    private readonly NodeFixture _fixture = new();
    private readonly IpPortClients _clients;

    public BeatCostTests()
    {
        _clients = new IpPortClients(_fixture.Registry, _fixture.Wheel, _fixture.Node.Switches);
        Assert.Null(_clients.Register(Make.Key(), Make.Instance(8080)));
    }

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("?serviceName=DEFAULT_GROUP%40%40s&ip=10.0.0.1&port=8080&namespaceId=public&clusterName=DEFAULT", "")]
    [InlineData("?serviceName=s&namespaceId=public", "beat=%7B%22port%22%3A8080%2C%22ip%22%3A%2210.0.0.1%22%2C%22weight%22%3A1.0%2C%22metadata%22%3A%7B%7D%7D")]
    public void A_beat_of_a_healthy_instance_allocates_nothing(string query, string form)
    {
        RequestParameters parameters = new(query, form, MissingParameterText.Required);
        AssertAllocatesNothing(() =>
        {
            Span<byte> key = stackalloc byte[BeatText.MaximumKeyBytes];
            int bytes = BeatText.TryReadKey(parameters, key);
            return bytes > 0 && _clients.TryFind(key[..bytes], out BeatingInstance? instance) && instance.TryBeat();
        });
    }

    [Fact]
    public void Finding_an_encoded_list_allocates_nothing()
    {
        RequestParameters parameters = new("?serviceName=DEFAULT_GROUP%40%40s&clusters=DEFAULT&namespaceId=public", "", MissingParameterText.Required);
        ServiceSnapshot snapshot = _fixture.Registry.Find()!.GetSnapshot();
        ListForm form = ListForms.Of(snapshot).GetOrAdd(snapshot, "DEFAULT", InstanceFilter.Create(["DEFAULT"], healthyOnly: false));
        AssertAllocatesNothing(() =>
        {
            Span<byte> key = stackalloc byte[ServiceKeyText.MaximumBytes];
            int bytes = ServiceKeyText.TryRead(parameters, key);
            return bytes > 0
                && _fixture.Registry.TryGet(key[..bytes], out ServiceEntry? entry)
                && ListForms.Of(entry.GetSnapshot()).Find("DEFAULT"u8, healthyOnly: false) == form;
        });
    }

    [Fact]
    public void A_list_is_encoded_once_for_each_kind_of_reader_and_for_so_many_kinds()
    {
        ServiceSnapshot snapshot = _fixture.Registry.Find()!.GetSnapshot();
        ListForms forms = ListForms.Of(snapshot);
        Assert.Same(forms, ListForms.Of(snapshot));
        ListForm first = forms.GetOrAdd(snapshot, "", InstanceFilter.All);
        Assert.Same(first, forms.GetOrAdd(snapshot, "", InstanceFilter.All));
        Assert.NotSame(first, forms.GetOrAdd(snapshot, "", InstanceFilter.Create([], healthyOnly: true)));
        for (int i = 0; i < 20; i++)
        {
            forms.GetOrAdd(snapshot, $"c{i}", InstanceFilter.Create([$"c{i}"], healthyOnly: false));
        }

        Assert.NotNull(forms.Find("c0"u8, healthyOnly: false));
        Assert.Null(forms.Find("c19"u8, healthyOnly: false));
    }

    private static void AssertAllocatesNothing(Func<bool> action) => AllocationGate.AssertNothing(() =>
    {
        bool all = true;
        for (int i = 0; i < Rounds; i++)
        {
            all &= action();
        }

        Assert.True(all);
    });
}
