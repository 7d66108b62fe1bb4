using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Push;

/// <summary>One operation with more changes than are remembered for a delta.</summary>
public sealed class DeltaOverflowTests : IDisposable
{
    private readonly NodeFixture _node = new();
    private readonly RegistryClient _client = Make.Client();

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(ChangeLog.MaximumUnbuilt - 1)]
    [InlineData(ChangeLog.MaximumUnbuilt)]
    [InlineData(ChangeLog.MaximumUnbuilt + 1)]
    [InlineData(ChangeLog.MaximumUnbuilt + 2)]
    [InlineData(ChangeLog.MaximumUnbuilt + 100)]
    [InlineData((2 * ChangeLog.MaximumUnbuilt) + 100)]
    public void Leaves_every_subscriber_with_all_of_it(int changes)
    {
        Register(weight: 1, count: 40_000);
        RawClient connection = _node.Connect();
        ListReader reader = new(connection, 1, "s");
        Register(weight: 2, changes);
        AssertSame(reader);
        Register(weight: 3, count: 5);
        AssertSame(reader);
        Assert.True(reader.Deltas > 0);
        Assert.Equal(0, reader.Misfits);
    }

    private void Register(double weight, int count)
    {
        _node.Registry.Register(_client, "s", [.. Enumerable.Range(1, count).Select(port => Make.Instance(port, weight))]);
        _node.Pump();
    }

    private void AssertSame(ListReader reader)
    {
        reader.Drain();
        Wire.Messages.Snapshot newest = Wire.Messages.Snapshot.Parser.ParseFrom(_node.Registry.Find()!.GetSnapshot().Encode(InstanceFilter.All));
        Assert.Equal((long)newest.Revision, (long)reader.Revision);
        Assert.True(ListReader.Sorted(newest.Instances).SequenceEqual(reader.Instances), "the subscriber's list is not the server's");
    }
}
