using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Registry;

public sealed class BusiestServicesTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RegistryClient _client = Make.Client();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_ten_services_with_most_changes_of_the_last_whole_window_are_told()
    {
        for (int service = 1; service <= 15; service++)
        {
            Change($"s{service}", times: service);
        }

        Assert.Empty(Busiest());
        NextWindow();
        Assert.Equal([.. Enumerable.Range(6, 10).Reverse().Select(static i => ($"s{i}", i))], Busiest());

        Change("s1", times: 3);
        NextWindow();
        Assert.Equal([("s1", 3)], Busiest());
        NextWindow();
        Assert.Empty(Busiest());
    }

    [Fact]
    public void A_window_without_any_change_in_between_is_not_skipped()
    {
        Change("s", times: 2);
        NextWindow();
        NextWindow();
        Assert.Empty(Busiest());
    }

    [Fact]
    public void A_very_busy_service_is_counted_in_steps_of_16_and_beats_a_less_busy_one()
    {
        for (int service = 1; service <= 10; service++)
        {
            Change($"s{service}", times: 20);
        }

        Change("busy", times: 1000);
        NextWindow();
        (string Service, int Changes)[] busiest = [.. Busiest()];
        Assert.Equal(10, busiest.Length);
        Assert.Equal(("busy", 992), busiest[0]);
        Assert.All(busiest[1..], static other => Assert.Equal(16, other.Changes));
    }

    private void Change(string service, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _node.Registry.Register(_client, service, Make.Instance(1, weight: 1 + ((_node.Registry.Find(service)?.ChangeCount ?? 0) % 2)));
        }
    }

    private void NextWindow() => _node.AdvanceSeconds(30);

    private IEnumerable<(string Service, int Changes)> Busiest() => _node.Registry.ReadBusiest().Select(static place => (place.Service.Name, place.Changes));
}
