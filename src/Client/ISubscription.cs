using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>One subscriber of a service. Dispose it to unsubscribe; a callback that is running then finishes, and no other starts.</summary>
public interface ISubscription : IAsyncDisposable
{
    /// <summary>The service, as the subscriber named it.</summary>
    ServiceKey Service { get; }

    /// <summary>The instances the callback was told last; empty before the first call.</summary>
    ImmutableArray<Instance> Instances { get; }
}
