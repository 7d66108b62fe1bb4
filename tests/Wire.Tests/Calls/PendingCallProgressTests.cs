using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

#pragma warning disable CA2012 // Calls are begun, then answered, then awaited, each once.

namespace FastRegistry.Wire.Tests.Calls;

public sealed class PendingCallProgressTests
{
    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static body => RegisterReply.Parser.ParseFrom(body);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;
    private readonly List<ulong> _abandoned = [];
    private readonly PendingCallTable _table;

    public PendingCallProgressTests()
    {
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        _table = new PendingCallTable(_wheel, onAbandoned: _abandoned.Add);
    }

    [Fact]
    [ProtocolRule("Q-11")]
    public async Task An_answer_that_takes_longer_than_the_time_out_arrives_as_long_as_its_chunks_come()
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        for (int chunk = 1; chunk <= 20; chunk++)
        {
            AdvanceTo(chunk * 900);
            Assert.False(call.IsCompleted);
            _table.Progress(id);
        }

        _table.Complete(id, isError: false, default);
        Assert.Equal(CallStatus.Replied, (await call).Status);
        Assert.Empty(_abandoned);
    }

    [Fact]
    [ProtocolRule("Q-11")]
    public async Task A_call_whose_chunks_stop_times_out_one_time_out_after_the_last()
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        AdvanceTo(900);
        _table.Progress(id);
        AdvanceTo(1_800);
        _table.Progress(id);
        AdvanceTo(2_790);
        Assert.False(call.IsCompleted);
        AdvanceTo(2_820);
        Assert.Equal(CallStatus.TimedOut, (await call).Status);
        Assert.Equal([id], _abandoned);
    }

    [Fact]
    public async Task Progress_of_one_call_does_not_extend_another()
    {
        ValueTask<CallOutcome> slow = Begin(out ulong id);
        ValueTask<CallOutcome> silent = Begin(out ulong silentId);
        AdvanceTo(900);
        _table.Progress(id);
        AdvanceTo(1_020);
        Assert.Equal(CallStatus.TimedOut, (await silent).Status);
        Assert.Equal([silentId], _abandoned);
        Assert.False(slow.IsCompleted);
    }

    [Fact]
    public async Task Progress_of_an_earlier_use_of_a_slot_does_not_extend_a_later_one()
    {
        ValueTask<CallOutcome> first = Begin(out ulong stale);
        _table.Complete(stale, isError: false, default);
        await first;
        ValueTask<CallOutcome> second = Begin(out ulong id);
        Assert.Equal((uint)stale, (uint)id);
        AdvanceTo(900);
        _table.Progress(stale);
        _table.Progress(0);
        _table.Progress(ulong.MaxValue);
        AdvanceTo(1_020);
        Assert.Equal(CallStatus.TimedOut, (await second).Status);
    }

    [Fact]
    public void Many_chunks_cost_the_wheel_one_look_per_time_out()
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        long firedBefore = _wheel.FiredTotal;
        for (int milliseconds = 10; milliseconds <= 60_000; milliseconds += 10)
        {
            AdvanceTo(milliseconds);
            _table.Progress(id);
        }

        Assert.False(call.IsCompleted);
        Assert.InRange(_wheel.FiredTotal - firedBefore, 1, 61);
    }

    private ValueTask<CallOutcome> Begin(out ulong id) => _table.Begin(Parse, Second, out id, CancellationToken.None);

    // In steps below the wheel's gap threshold, as its driver would.
    private void AdvanceTo(long milliseconds)
    {
        while (_wheel.Now < milliseconds)
        {
            _time.Advance(TimeSpan.FromMilliseconds(Math.Min(milliseconds - _wheel.Now, 10)));
            while (_wheel.Step().More)
            {
            }
        }
    }
}
