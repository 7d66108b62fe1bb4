using System.Collections.Immutable;
using System.Threading.Channels;

namespace FastRegistry.Client.Subscribing;

/// <summary>What one subscriber sees of a service: its selector, what it was told last, and the newest list it has yet to be told.</summary>
/// <remarks>
/// Owned by the subscriber, which alone calls <see cref="ReadAsync"/>. Lists are offered from the receive path, in order. Bound: one waiting list, the
/// latest wins, so a slow subscriber gets one merged change.
/// </remarks>
internal sealed class ServiceView(ServiceKey service, InstanceSelector? selector)
{
    private readonly Channel<ServiceSnapshot> _waiting = Channel.CreateBounded<ServiceSnapshot>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private ServiceSnapshot? _told;
    private ImmutableArray<Instance> _shown = [];

    public ServiceKey Service { get; } = service;

    public void Offer(ServiceSnapshot snapshot) => _waiting.Writer.TryWrite(snapshot);

    /// <summary>Ends <see cref="ReadAsync"/> once it has caught up.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>The next list to look at.</summary>
    /// <exception cref="ChannelClosedException">The view was completed.</exception>
    public ValueTask<ServiceSnapshot> ReadAsync(CancellationToken cancellationToken) => _waiting.Reader.ReadAsync(cancellationToken);

    /// <summary>The change from what the subscriber was told last; null when its selector hides every difference. Runs the user's predicate.</summary>
    public ServiceChange? Advance(ServiceSnapshot snapshot)
    {
        ImmutableArray<Instance> shown = selector is null ? snapshot.Instances : [.. snapshot.Instances.Where(selector.Shows)];
        ServiceChange change = ListDifference.Between(_shown, shown) with
        {
            Service = Service,
            IsProvisional = snapshot.IsProvisional,
            EmptyReason = snapshot.EmptyReason,
            ProtectionReached = snapshot.ProtectionReached,
            Version = snapshot.Version,
        };
        bool isFirst = _told is null;
        bool isNews = !change.Added.IsEmpty || !change.Removed.IsEmpty || !change.Modified.IsEmpty
            || _told?.IsProvisional != snapshot.IsProvisional || _told.ProtectionReached != snapshot.ProtectionReached;
        _told = snapshot;
        _shown = shown;
        return isFirst || isNews ? change : null;
    }
}
