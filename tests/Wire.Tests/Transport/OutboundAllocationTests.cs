using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Transport;

public sealed class OutboundAllocationTests
{
    private readonly TransportResources _resources = new();
    private readonly byte[] _body = new byte[500];

    [Fact]
    public void A_push_costs_no_allocation()
    {
        OutboundChain chain = new(_resources);
        FrameHeader header = new((uint)(PushPrefix.Size + _body.Length), FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, 1);
        bool appended = true;
        AssertAllocatesNothing(() =>
        {
            appended &= chain.AppendPush(header, 1, _body, out _, out _) == AppendOutcome.Appended;
            Send(chain);
        });
        Assert.True(appended);
    }

    [Fact]
    public void A_batch_with_a_pong_and_its_splice_cost_no_allocation()
    {
        OutboundChain chain = new(_resources);
        AssertAllocatesNothing(() =>
        {
            BatchWriter batch = _resources.RentBatch();
            batch.WritePong(new UInt64Body(1));
            batch.WriteShared(FrameKind.Response, FrameFlags.None, MessageType.Query, 1, _body);
            chain.Splice(batch);
            _resources.Return(batch);
            Send(chain);
        });
    }

    private void Send(OutboundChain chain)
    {
        SegmentList taken = default;
        while (chain.TryTake(ref taken, out _))
        {
            long bytes = taken.Bytes;
            taken.RemoveFront(bytes, _resources.Segments);
            chain.Sent(bytes);
        }
    }

    private static void AssertAllocatesNothing(Action action) => AllocationGate.AssertNothing(() =>
    {
        for (int i = 0; i < 10_000; i++)
        {
            action();
        }
    });
}
