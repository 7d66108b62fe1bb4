using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using static FastRegistry.Tests.NamingClient;

namespace FastRegistry.Node.Tests.Sessions;

/// <summary>What a client says about streams, lists of a size, and what a node counts, in short form.</summary>
internal static class RawClientFrames
{
    private const int BytesOfABatch = 900_000;

    public static void GiveCredit(this RawClient client, uint stream, uint bytes)
    {
        byte[] body = new byte[CreditBody.Size];
        new CreditBody(stream, bytes).Write(body);
        client.WriteFrame(new FrameHeader(CreditBody.Size, FrameKind.Credit, FrameFlags.None, MessageType.None, 0), body);
    }

    public static void ResetStream(this RawClient client, uint stream)
    {
        byte[] body = new byte[StreamResetBody.Size];
        new StreamResetBody(stream, StreamResetCode.Unsubscribed).Write(body);
        client.WriteFrame(new FrameHeader(StreamResetBody.Size, FrameKind.StreamReset, FrameFlags.None, MessageType.None, 0), body);
    }

    public static void Cancel(this RawClient client, ulong correlationId) =>
        client.WriteFrame(new FrameHeader(0, FrameKind.Cancel, FrameFlags.None, MessageType.None, correlationId));

    /// <summary>A frame is answered, so the session serves its client.</summary>
    public static void AssertServed(this RawClient client)
    {
        client.Call(MessageType.Query, new QueryRequest { Name = "served" }).Answer(Snapshot.Parser);
        Assert.Null(client.Connection.CloseReason);
    }

    /// <summary>A client that announces what it takes.</summary>
    public static RawClient ConnectWith(this NodeFixture node, Wire.Messages.Limits limits)
    {
        RawClient client = node.ConnectBare();
        SetupRequest setup = RawClient.NewSetup();
        setup.Limits = limits;
        client.SetUp(setup);
        return client;
    }

    /// <summary>Has a service list so many instances of about so many bytes.</summary>
    public static void Publish(this RawClient provider, string service, int count, int bytesEach = 1000)
    {
        int size = Math.Max(1, BytesOfABatch / (bytesEach + 100));
        for (int first = 1; first <= count; first += size)
        {
            provider.Batch(service, replace: false, Instances(first, Math.Min(size, count - first + 1), bytesEach));
        }
    }

    public static Instance[] Instances(int firstPort, int count, int bytesEach = 1000) =>
        [.. Enumerable.Range(firstPort, count).Select(port => NewInstance(port, metadata: new string('m', bytesEach)))];

    public static double Metric(this NodeFixture node, string name) => node.Node.Metrics.Definitions.Single(metric => metric.Name == name).Read();

    /// <summary>Pushes that were put off.</summary>
    public static double PutOff(this NodeFixture node) => node.Metric("fastregistry_resyncs_total");

    /// <summary>The list that a delta leads to.</summary>
    public static Snapshot With(this Snapshot list, SnapshotDelta delta)
    {
        Assert.Equal(list.Epoch, delta.Epoch);
        HashSet<(string, string, uint)> changed = [
            .. delta.Removed.Select(static key => (key.Cluster, key.Ip, key.Port)),
            .. delta.Upserted.Select(static instance => (instance.Cluster, instance.Ip, instance.Port))];
        Snapshot after = list.Clone();
        after.Instances.Clear();
        after.Instances.AddRange(list.Instances.Where(instance => !changed.Contains((instance.Cluster, instance.Ip, instance.Port))));
        after.Instances.AddRange(delta.Upserted);
        after.Revision = delta.Revision;
        after.EmptyReason = delta.EmptyReason;
        after.ProtectionReached = delta.ProtectionReached;
        return after;
    }

    /// <summary>Two lists are the same, whatever the order of their instances.</summary>
    public static void AssertSame(Snapshot expected, Snapshot actual)
    {
        Assert.Equal(expected.Revision, actual.Revision);
        Assert.Equal(expected.ProtectionReached, actual.ProtectionReached);
        Assert.Equal(ListReader.Sorted(expected.Instances), ListReader.Sorted(actual.Instances));
    }
}
