using FastRegistry.Server.Registry;
using FastRegistry.Wire.Timing;

namespace FastRegistry.Server.Sessions;

/// <summary>Once, some time after a session took a client over: what it has not registered again by then is withdrawn, unless yet another one took over
/// meanwhile and has its own time.</summary>
internal sealed class ReaffirmDeadline : IDeadlineOwner
{
    private readonly ServiceRegistry _registry;
    private readonly TimingWheel _wheel;
    private readonly RegistryClient _client;
    private readonly int _attachment;

    private ReaffirmDeadline(ServiceRegistry registry, TimingWheel wheel, RegistryClient client)
    {
        _registry = registry;
        _wheel = wheel;
        _client = client;
        _attachment = client.Attachment;
    }

    /// <summary>Begins to wait; the caller holds the client's gate.</summary>
    public static void Start(ServiceRegistry registry, TimingWheel wheel, RegistryClient client, TimeSpan after)
    {
        ReaffirmDeadline deadline = new(registry, wheel, client);
        wheel.Arm(wheel.Allocate(deadline), wheel.Now, (int)after.TotalMilliseconds);
    }

    Deadline IDeadlineOwner.OnDeadline(int entry, long now)
    {
        _registry.WithdrawNotReaffirmed(_client, _attachment);
        _wheel.Release(entry);
        return Deadline.None;
    }
}
