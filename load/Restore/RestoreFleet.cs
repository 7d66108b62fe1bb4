using FastRegistry.Load.Targets;
using FastRegistry.Load.Targets.Native;

namespace FastRegistry.Load.Restore;

/// <summary>All clients of a run, and those that fill the lists. Owned by the runner.</summary>
internal sealed class RestoreFleet : IAsyncDisposable
{
    // Told apart by the second number of their addresses.
    private const int FillingOwner = 1;
    private const int RegisteringOwner = 2;

    private readonly RestoreClient[] _clients;
    private readonly RestoreClient[] _fillers;
    private readonly List<NativeTarget> _targets = [];

    public RestoreFleet(RestoreSettings settings)
    {
        ServiceLists[] lists = [.. Enumerable.Range(0, settings.Services).Select(static _ => new ServiceLists())];
        _fillers = [.. Enumerable.Range(0, settings.Fillers).Select(number => Filler(settings, number, lists))];
        _clients = [.. Enumerable.Range(0, settings.Clients).Select(number => Client(settings, number, lists))];
    }

    /// <summary>For the connections of the next part. What they count is that part's alone.</summary>
    public NativeTarget NextTarget()
    {
        NativeTarget target = new();
        _targets.Add(target);
        return target;
    }

    /// <summary>Every client comes back.</summary>
    /// <param name="fillersToo">Also those that fill the lists.</param>
    public Task ComeBackAsync(RestorePart part, bool fillersToo, CancellationToken over)
    {
        IEnumerable<RestoreClient> all = fillersToo ? _clients.Concat(_fillers) : _clients;
        return Task.WhenAll(all.Select(client => Task.Run(() => client.ComeBackAsync(part, over), CancellationToken.None)));
    }

    /// <summary>Ends the connections of all clients; those that fill the lists stay.</summary>
    public void Drop()
    {
        foreach (RestoreClient client in _clients)
        {
            client.Drop();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Drop();
        foreach (RestoreClient filler in _fillers)
        {
            filler.Drop();
        }

        foreach (NativeTarget target in _targets)
        {
            await target.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static RestoreClient Filler(RestoreSettings settings, int number, ServiceLists[] lists)
    {
        List<NativeRequest> registrations = [];
        for (int service = number; service < settings.Services; service += settings.Fillers)
        {
            LoadInstance[] instances = [.. Enumerable.Range(0, settings.Instances).Select(static instance => LoadInstances.Create(FillingOwner, instance, weight: 1))];
            registrations.Add(NativeTarget.PrepareReplacement(RestoreSettings.SubscribedService(service), instances));
        }

        return new RestoreClient(number, [.. registrations], [], lists);
    }

    private static RestoreClient Client(RestoreSettings settings, int number, ServiceLists[] lists)
    {
        // Neighbours have most of their services in common, and every service has as many clients as any other.
        int[] services = [.. Enumerable.Range(0, settings.Subscriptions).Select(subscription => (number + subscription) % settings.Services)];
        NativeRequest[] registrations =
        [
            .. Enumerable.Range(0, settings.Registrations).Select(registration => NativeTarget.PrepareReplacement(
                RestoreSettings.RegisteredService((number + registration) % settings.Services), [LoadInstances.Create(RegisteringOwner, number, weight: 1)])),
        ];
        return new RestoreClient(number, registrations, services, lists);
    }
}
