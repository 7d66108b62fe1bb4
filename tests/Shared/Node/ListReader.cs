using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;

namespace FastRegistry.Tests;

/// <summary>A subscription as docs/protocol.md tells a client to keep it: whole lists, deltas on them, and a new question when a delta does not fit.</summary>
internal sealed class ListReader
{
    private readonly Dictionary<(string Cluster, string Ip, uint Port), Instance> _instances = [];
    private readonly RawClient _client;
    private readonly ulong _id;
    private readonly string _service;
    private readonly bool _healthyOnly;
    private readonly string[] _clusters;
    private Epoch? _epoch;
    private int _instanceBytes;

    public ListReader(RawClient client, ulong id, string service, bool healthyOnly = false, params string[] clusters)
    {
        _client = client;
        _id = id;
        _service = service;
        _healthyOnly = healthyOnly;
        _clusters = clusters;
        Ask();
    }

    public ulong Revision { get; private set; }

    /// <summary>The list is marked as protected.</summary>
    public bool ProtectionReached { get; private set; }

    /// <summary>Times that mark changed.</summary>
    public int ProtectionChanges { get; private set; }

    /// <summary>Those of <see cref="ProtectionChanges"/> that came by a delta.</summary>
    public int ProtectionChangesByDelta { get; private set; }

    public int Deltas { get; private set; }

    public int Lists { get; private set; }

    /// <summary>Deltas that did not fit.</summary>
    public int Misfits { get; private set; }

    /// <summary>Bytes of the messages pushed.</summary>
    public long PushedBytes { get; private set; }

    /// <summary>Bytes the same pushes would have had as whole lists.</summary>
    public long WholeListBytes { get; private set; }

    /// <summary>Every instance as text, sorted.</summary>
    public string[] Instances => Sorted(_instances.Values);

    public static string[] Sorted(IEnumerable<Instance> instances) => [.. instances.Select(static instance => instance.ToString()).Order(StringComparer.Ordinal)];

    /// <summary>Takes in everything that was sent.</summary>
    public void Drain()
    {
        while (_client.TryRead() is { } frame)
        {
            if (frame.Kind != FrameKind.Push || frame.CorrelationId != _id)
            {
                continue;
            }

            PushedBytes += frame.Body.Length - PushPrefix.Size;
            if (frame.Header.Type == MessageType.UnchangedPush)
            {
                Take(frame.PushedUnchanged);
            }
            else if (frame.Header.Type == MessageType.DeltaPush)
            {
                Deltas++;
                Apply(frame.PushedDelta);
            }
            else
            {
                Lists++;
                Replace(frame.Pushed);
            }

            WholeListBytes += _instanceBytes + HeadBytes;
        }
    }

    private int HeadBytes => new Snapshot { Namespace = "public", Group = "DEFAULT_GROUP", Name = _service, Epoch = _epoch, Revision = Revision }.CalculateSize();

    private void Ask() => Replace(_client.Subscribe(_id, _service, _healthyOnly, _clusters));

    private void Take(SnapshotUnchanged unchanged)
    {
        _epoch = unchanged.Epoch;
        Revision = unchanged.Revision;
        Mark(unchanged.ProtectionReached);
    }

    private void Replace(Snapshot list)
    {
        if (list.Epoch.Equals(_epoch) && list.Revision <= Revision)
        {
            return;
        }

        _epoch = list.Epoch;
        Revision = list.Revision;
        Mark(list.ProtectionReached);
        _instances.Clear();
        _instanceBytes = 0;
        foreach (Instance instance in list.Instances)
        {
            Add(instance);
        }
    }

    private void Apply(SnapshotDelta delta)
    {
        if (delta.Epoch.Equals(_epoch) && delta.Revision <= Revision)
        {
            return;
        }

        if (!delta.Epoch.Equals(_epoch) || delta.BaseRevision != Revision)
        {
            Misfits++;
            Ask();
            return;
        }

        Revision = delta.Revision;
        ProtectionChangesByDelta += delta.ProtectionReached != ProtectionReached ? 1 : 0;
        Mark(delta.ProtectionReached);
        foreach (InstanceKey key in delta.Removed)
        {
            Remove((key.Cluster, key.Ip, key.Port));
        }

        foreach (Instance instance in delta.Upserted)
        {
            Remove((instance.Cluster, instance.Ip, instance.Port));
            Add(instance);
        }
    }

    private void Mark(bool protectionReached)
    {
        ProtectionChanges += protectionReached != ProtectionReached ? 1 : 0;
        ProtectionReached = protectionReached;
    }

    private void Add(Instance instance)
    {
        _instances.Add((instance.Cluster, instance.Ip, instance.Port), instance);
        _instanceBytes += FieldBytes(instance);
    }

    private void Remove((string Cluster, string Ip, uint Port) identity)
    {
        if (_instances.Remove(identity, out Instance? instance))
        {
            _instanceBytes -= FieldBytes(instance);
        }
    }

    private static int FieldBytes(Instance instance) => 1 + Google.Protobuf.CodedOutputStream.ComputeMessageSize(instance);
}
