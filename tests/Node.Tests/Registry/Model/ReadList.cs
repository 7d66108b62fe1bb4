using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>A list as a client puts it together from what it is sent.</summary>
internal sealed class ReadList(int service, ModelFilter filter)
{
    private readonly Dictionary<(string, string, int), ModelInstance> _instances = [];
    private bool _protectionReached;
    private string _emptyReason = "";

    public int Service => service;

    public ModelFilter Filter => filter;

    public ulong Revision { get; private set; }

    public ModelView View => ModelView.Of(_instances.Values, _protectionReached, _emptyReason);

    public void Take(Snapshot list)
    {
        _instances.Clear();
        foreach (Instance instance in list.Instances)
        {
            ModelInstance read = ModelInstance.Of(instance);
            Assert.True(_instances.TryAdd(read.Identity, read), $"listed twice: {read}");
        }

        Mark(list.Revision, list.ProtectionReached, list.EmptyReason);
    }

    public void Take(SnapshotDelta delta)
    {
        Assert.Equal(Revision, delta.BaseRevision);
        foreach (InstanceKey key in delta.Removed)
        {
            _instances.Remove((key.Cluster.Length == 0 ? "DEFAULT" : key.Cluster, key.Ip, (int)key.Port));
        }

        foreach (Instance instance in delta.Upserted)
        {
            ModelInstance read = ModelInstance.Of(instance);
            _instances[read.Identity] = read;
        }

        Mark(delta.Revision, delta.ProtectionReached, delta.EmptyReason);
    }

    private void Mark(ulong revision, bool protectionReached, EmptyReason reason)
    {
        Assert.True(revision >= Revision, $"revision {revision} after {Revision}");
        Revision = revision;
        _protectionReached = protectionReached;
        _emptyReason = reason.ToString();
    }
}
