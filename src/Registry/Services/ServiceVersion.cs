using FastRegistry.Registry.Instances;
using FastRegistry.Wire.Messages;
using Google.Protobuf;

namespace FastRegistry.Registry.Services;

/// <summary>Which revision of a service is the newest, since when, and how often it has changed.</summary>
/// <remarks>Part of a <see cref="ServiceEntry"/>, guarded by its gate; <see cref="Revision"/> and <see cref="Changes"/> are read by any thread.</remarks>
internal struct ServiceVersion(long revision)
{
    private long _revision = revision;
    private long _window = -1;
    private int _windowChanges;
    private int _changes;
    private byte[]? _unchangedReply;
    private long _unchangedReplyRevision;

    public readonly long Revision => Volatile.Read(in _revision);

    /// <summary>Revisions taken since the service is known; it may wrap.</summary>
    public readonly int Changes => Volatile.Read(in _changes);

    /// <summary>Time stamp of the last change, Unix microseconds.</summary>
    public long ChangedAt { get; private set; }

    /// <summary>Takes a revision for a change.</summary>
    public void Next(ServiceKey service, ServiceRegistry registry)
    {
        ChangedAt = registry.Revisions.NextStamp();
        _changes++;
        Volatile.Write(ref _revision, registry.Revisions.Next());
        long window = registry.Busiest.Window;
        _windowChanges = window == _window ? _windowChanges + 1 : 1;
        _window = window;
        registry.Busiest.Note(service, window, _windowChanges);
    }

    /// <summary>The answer to a registration that changed nothing, encoded once per revision and shared.</summary>
    public byte[] UnchangedReply()
    {
        if (_unchangedReply is null || _unchangedReplyRevision != _revision)
        {
            _unchangedReply = new RegisterReply { Revision = (ulong)_revision }.ToByteArray();
            _unchangedReplyRevision = _revision;
        }

        return _unchangedReply;
    }
}
