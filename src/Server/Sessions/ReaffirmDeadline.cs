using FastRegistry.Server.Registry;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Sessions;

/// <summary>Once, some time after a session took a client over: what it has not registered again by then is withdrawn.</summary>
internal sealed class ReaffirmDeadline : IDeadlineOwner
{
    private readonly ServiceRegistry _registry;
    private readonly TimingWheel _wheel;
    private readonly RegistryClient _client;

    private ReaffirmDeadline(ServiceRegistry registry, TimingWheel wheel, RegistryClient client)
    {
        _registry = registry;
        _wheel = wheel;
        _client = client;
    }

    public static void Start(ServiceRegistry registry, TimingWheel wheel, RegistryClient client, TimeSpan after)
    {
        ReaffirmDeadline deadline = new(registry, wheel, client);
        wheel.Arm(wheel.Allocate(deadline), wheel.Now, (int)after.TotalMilliseconds);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _registry.WithdrawNotReaffirmed(_client);
        _wheel.Release(entry);
        return Deadline.None;
    }
}
