using System.Collections.Immutable;
using System.Threading.Channels;

namespace FastRegistry.Client.Subscribing;

/// <summary>One subscriber's view of a service: its selector, the list it was notified of last, and the newest list that is pending.</summary>
/// <remarks>
/// Owned by the subscriber, which alone calls <see cref="ReadAsync"/>. Lists are offered from the receive path, in order. Bound: one waiting list, the
/// latest wins, so a slow subscriber gets one merged change.
/// </remarks>
internal sealed class ServiceView(ServiceKey service, InstanceSelector? selector)
{
    private readonly Channel<ServiceSnapshot> _pending = Channel.CreateBounded<ServiceSnapshot>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private ServiceSnapshot? _notified;
    private ImmutableArray<Instance> _shown = [];

    public ServiceKey Service { get; } = service;

    public void Offer(ServiceSnapshot snapshot) => _pending.Writer.TryWrite(snapshot);

    /// <summary>Ends <see cref="ReadAsync"/> once it has caught up.</summary>
    public void Complete() => _pending.Writer.TryComplete();

    /// <summary>The next list to look at.</summary>
    /// <exception cref="ChannelClosedException">The view was completed.</exception>
    public ValueTask<ServiceSnapshot> ReadAsync(CancellationToken cancellationToken) => _pending.Reader.ReadAsync(cancellationToken);

    /// <summary>The change from the list the subscriber was notified of last; null when its selector hides every difference. Runs the user's predicate.</summary>
    public ServiceChange? Advance(ServiceSnapshot snapshot)
    {
        ImmutableArray<Instance> shown = selector is null ? snapshot.Instances : [.. snapshot.Instances.Where(selector.Shows)];
        ServiceChange change = DifferenceBetween(_shown, shown) with
        {
            Service = Service,
            IsProvisional = snapshot.IsProvisional,
            EmptyReason = snapshot.EmptyReason,
            ProtectionReached = snapshot.ProtectionReached,
            Version = snapshot.Version,
        };
        bool isFirst = _notified is null;
        bool isNews = !change.Added.IsEmpty || !change.Removed.IsEmpty || !change.Modified.IsEmpty
            || _notified?.IsProvisional != snapshot.IsProvisional || _notified.ProtectionReached != snapshot.ProtectionReached;
        _notified = snapshot;
        _shown = shown;
        return isFirst || isNews ? change : null;
    }

    /// <summary>How one list of instances differs from another, without the service.</summary>
    private static ServiceChange DifferenceBetween(ImmutableArray<Instance> before, ImmutableArray<Instance> now)
    {
        Dictionary<InstanceIdentity, Instance> left = new(before.Length);
        foreach (Instance instance in before)
        {
            left[instance.Identity] = instance;
        }

        ImmutableArray<Instance>.Builder added = ImmutableArray.CreateBuilder<Instance>();
        ImmutableArray<Instance>.Builder modified = ImmutableArray.CreateBuilder<Instance>();
        foreach (Instance instance in now)
        {
            if (!left.Remove(instance.Identity, out Instance? former))
            {
                added.Add(instance);
            }
            else if (!instance.Equals(former))
            {
                modified.Add(instance);
            }
        }

        return new ServiceChange
        {
            Service = default,
            Instances = now,
            Added = added.DrainToImmutable(),
            Removed = [.. left.Values],
            Modified = modified.DrainToImmutable(),
        };
    }
}
