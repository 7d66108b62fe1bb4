using System.Collections.Concurrent;

namespace FastRegistry.Client.Tests;

/// <summary>A subscriber that keeps what it was told.</summary>
internal sealed class ChangeLog
{
    private readonly ConcurrentQueue<ServiceChange> _changes = new();

    public IReadOnlyList<ServiceChange> All => [.. _changes];

    public ServiceChange Last => _changes.Last();

    public int Count => _changes.Count;

    public ValueTask Note(ServiceChange change, CancellationToken cancellationToken)
    {
        _changes.Enqueue(change);
        return ValueTask.CompletedTask;
    }
}
