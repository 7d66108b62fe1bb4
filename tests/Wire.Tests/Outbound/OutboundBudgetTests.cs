using FastRegistry.Tests;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Outbound;
using FastRegistry.Wire.Streams;
using FastRegistry.Wire.Tests.Streams;
using FastRegistry.Wire.Transport;

namespace FastRegistry.Wire.Tests.Outbound;

/// <summary>The budget of all connections: who is refused, and who is told when it has drained.</summary>
public sealed class OutboundBudgetTests
{
    private readonly OutboundBudget _budget = new(1_000);
    private int _drained;

    public OutboundBudgetTests() => _budget.Drained = () => Interlocked.Increment(ref _drained);

    [Fact]
    public void A_drain_is_told_only_when_somebody_was_refused()
    {
        Assert.Equal(750, _budget.LowWaterMarkBytes);
        _budget.Add(5_000);
        _budget.Add(-5_000);
        Assert.Equal(0, _drained);

        _budget.Add(5_000);
        Assert.True(_budget.NoteRefused());
        _budget.Add(-5_000);
        Assert.Equal(1, _drained);
    }

    [Fact]
    public void A_drain_is_told_once_at_the_low_water_mark_and_again_after_the_next_refusal()
    {
        _budget.Add(1_001);
        Assert.True(_budget.NoteRefused());
        Assert.True(_budget.NoteRefused());
        _budget.Add(-1);
        Assert.False(_budget.IsExceeded);
        _budget.Add(-249);
        Assert.Equal(0, _drained);
        _budget.Add(-1);
        Assert.Equal(1, _drained);
        _budget.Add(-750);
        _budget.Add(2_000);
        _budget.Add(-2_000);
        Assert.Equal(1, _drained);

        _budget.Add(2_000);
        Assert.True(_budget.NoteRefused());
        _budget.Add(-2_000);
        Assert.Equal(2, _drained);
    }

    [Fact]
    public void Whoever_was_refused_and_finds_room_afterwards_is_told_at_once()
    {
        _budget.Add(2_000);
        Assert.True(_budget.IsExceeded);
        _budget.Add(-2_000);
        Assert.False(_budget.NoteRefused());
    }

    [Fact]
    public void A_budget_of_nothing_drains_too()
    {
        OutboundBudget none = new(0) { Drained = () => _drained++ };
        none.Add(1);
        Assert.True(none.NoteRefused());
        none.Add(-1);
        Assert.Equal(1, _drained);
    }

    [Fact]
    public void A_push_refused_on_an_idle_connection_is_tried_again_when_another_connection_drains()
    {
        TransportResources resources = new(null, new OutboundBudget(500));
        OutboundChain full = new(resources);
        OutboundChain idle = new(resources);
        AppendOutcome again = AppendOutcome.Closed;
        resources.Budget.Drained = () => again = Push(idle);
        Append(full, 600);
        Assert.Equal(AppendOutcome.AboveHighWaterMark, Push(idle));
        Assert.True(resources.Budget.NoteRefused());
        full.Drain(resources);
        Assert.Equal(AppendOutcome.Appended, again);
        idle.Drain(resources);
        Assert.Equal(0, resources.Budget.UsedBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_drain_by_a_chain_is_told_under_no_lock(bool abandoned)
    {
        TransportResources resources = new(null, new OutboundBudget(500));
        OutboundChain chain = new(resources);
        bool? free = null;
        resources.Budget.Drained = () => free = IsFree(() => Append(chain, 1));
        Append(chain, 600);
        Assert.True(resources.Budget.NoteRefused());
        SegmentList taken = default;
        if (abandoned)
        {
            chain.Abandon(ref taken);
        }
        else
        {
            chain.Drain(resources);
        }

        Assert.True(free);
        chain.Abandon(ref taken);
        Assert.Equal(0, resources.Budget.UsedBytes);
    }

    [Theory]
    [InlineData("sent")]
    [InlineData("reset")]
    [InlineData("cancelled")]
    [InlineData("closed")]
    public void The_end_of_a_stream_drains_the_budget_under_no_lock(string end)
    {
        TransportResources resources = new(null, new OutboundBudget(200_000));
        using StreamPeer peer = new(resources, StreamLimits.Default with { CreditBytes = 1_000 });
        bool? free = null;
        resources.Budget.Drained = () => free = IsFree(() => Append(peer.Connection.Outbound, peer.Streams.Open + resources.SharedBodies.Count));
        Assert.True(peer.Streams.TryBegin(StreamPeer.Push(1), [], new byte[300_000], null));
        peer.ReadAll();
        Assert.True(resources.Budget.NoteRefused());
        switch (end)
        {
            case "sent":
                peer.Streams.AddCredit(new CreditBody(1, 300_000));
                peer.ReadAll();
                break;
            case "reset":
                peer.Streams.Reset(new StreamResetBody(1, StreamResetCode.Cancelled));
                break;
            case "cancelled":
                peer.Streams.Cancel(FrameKind.Push, 1, StreamResetCode.Unsubscribed);
                break;
            default:
                peer.Abort();
                break;
        }

        Assert.True(free);
    }

    [Fact]
    public void A_refusal_beside_a_drain_is_never_lost()
    {
        const int Rounds = 10_000;
        int[] waiting = new int[2];
        int lost = 0;
        using Barrier barrier = new(3);
        _budget.Drained = () =>
        {
            Volatile.Write(ref waiting[0], 0);
            Volatile.Write(ref waiting[1], 0);
        };
        Thread[] threads = [new(() => Each(Drain)), new(() => Each(round => Refuse(0, round))), new(() => Each(round => Refuse(1, round)))];
        _budget.Add(1_001);
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, lost);

        void Each(Action<int> step)
        {
            for (int round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                step(round);
                barrier.SignalAndWait();
                if (step == Drain)
                {
                    // Everything is drained and nothing will be any more: whoever still waits waits for ever.
                    lost += Volatile.Read(ref waiting[0]) + Volatile.Read(ref waiting[1]);
                    Array.Clear(waiting);
                    _budget.Add(1_001);
                }
            }
        }

        void Drain(int round)
        {
            Thread.SpinWait(round % 50);
            _budget.Add(-1_001);
        }

        void Refuse(int who, int round)
        {
            Thread.SpinWait(round % (37 + who));
            if (_budget.IsExceeded)
            {
                Volatile.Write(ref waiting[who], 1);
                if (!_budget.NoteRefused())
                {
                    Volatile.Write(ref waiting[who], 0);
                }
            }
        }
    }

    [Fact]
    public void A_drain_beside_other_drains_is_told_once()
    {
        for (int round = 1; round <= 2_000; round++)
        {
            _budget.Add(4_000);
            Assert.True(_budget.NoteRefused());
            Parallel.For(0, 4, _ => _budget.Add(-1_000));
            Assert.Equal(round, _drained);
        }
    }

    [Fact]
    public void Counting_costs_no_allocation() => AllocationGate.AssertNothing(() =>
    {
        for (int i = 0; i < 1_000; i++)
        {
            _budget.Add(2_000);
            _budget.NoteRefused();
            _budget.Add(-2_000);
        }
    });

    /// <summary>Whether another thread gets through what takes locks.</summary>
    private static bool IsFree(Action takesLocks)
    {
        Thread other = new(() => takesLocks()) { IsBackground = true };
        other.Start();
        return other.Join(Eventually.Deadline);
    }

    private static void Append(OutboundChain chain, int bodyBytes) => chain.Append(
        new FrameHeader((uint)bodyBytes, FrameKind.Response, FrameFlags.None, MessageType.Query, 1), [], new byte[bodyBytes], out _);

    private static AppendOutcome Push(OutboundChain chain) => chain.AppendPush(
        new FrameHeader(PushPrefix.Size, FrameKind.Push, FrameFlags.None, MessageType.SnapshotPush, 1), 0, default, out _, out _);
}
