using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

#pragma warning disable CA2012, xUnit1031 // Calls are begun, then answered, then awaited, each once.

namespace FastRegistry.Wire.Tests.Calls;

public sealed class PendingCallTableTests
{
    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static body => RegisterReply.Parser.ParseFrom(body);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;
    private readonly List<ulong> _abandoned = [];
    private readonly PendingCallTable _table;

    public PendingCallTableTests()
    {
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        _table = new PendingCallTable(_wheel, maximumCalls: 40, _abandoned.Add);
    }

    [Fact]
    public async Task An_answer_completes_its_call()
    {
        ValueTask<CallOutcome> first = Begin(out ulong firstId);
        ValueTask<CallOutcome> second = Begin(out ulong secondId);
        Assert.NotEqual(firstId, secondId);
        Assert.True(Answer(secondId, 2));
        Assert.False(first.IsCompleted);
        Assert.True(Answer(firstId, 1));
        Assert.Equal(1UL, Revision(await first));
        Assert.Equal(2UL, Revision(await second));
        Assert.Equal(0, _table.Outstanding);
    }

    [Fact]
    public async Task An_error_answer_refuses_its_call()
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        byte[] error = new ErrorReply { Code = (uint)ErrorCode.Conflict, Text = "no" }.ToByteArray();
        Assert.True(_table.Complete(id, isError: true, new ReadOnlySequence<byte>(error)));
        CallOutcome outcome = await call;
        Assert.Equal(CallStatus.Refused, outcome.Status);
        Assert.Equal("no", outcome.Error!.Text);
    }

    [Theory]
    [ProtocolRule("M-6")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_malformed_answer_ends_its_call(bool isError)
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        Assert.True(_table.Complete(id, isError, new ReadOnlySequence<byte>([0x0A, 0xFF])));
        Assert.Equal(CallStatus.MalformedReply, (await call).Status);
    }

    [Fact]
    public async Task A_parser_that_throws_anything_does_not_leave_its_caller_waiting()
    {
        ValueTask<CallOutcome> call = _table.Begin(
            static _ => throw new InvalidOperationException("no"), Second, out ulong id, TestContext.Current.CancellationToken);
        Assert.True(Answer(id, 1));
        Assert.Equal(CallStatus.MalformedReply, (await call).Status);
    }

    [Fact]
    public async Task Calls_time_out_in_the_order_of_their_deadlines_and_none_early()
    {
        int[] milliseconds = [1_000, 300, 5_000, 300, 90];
        ValueTask<CallOutcome>[] calls = [.. milliseconds.Select(ms => Begin(out _, TimeSpan.FromMilliseconds(ms)))];
        foreach (int due in milliseconds.Distinct().Order())
        {
            AdvanceTo(due - 1);
            Assert.All(calls.Zip(milliseconds), pair => Assert.Equal(pair.Second < due, pair.First.IsCompleted));

            // The wheel's slots are 10 ms wide.
            AdvanceTo(due + 20);
            Assert.All(calls.Zip(milliseconds), pair => Assert.Equal(pair.Second <= due, pair.First.IsCompleted));
        }

        foreach (ValueTask<CallOutcome> call in calls)
        {
            Assert.Equal(CallStatus.TimedOut, (await call).Status);
        }
    }

    [Fact]
    public async Task A_later_call_is_watched_after_the_earlier_one_was_answered()
    {
        ValueTask<CallOutcome> early = Begin(out ulong id, TimeSpan.FromMilliseconds(100));
        ValueTask<CallOutcome> late = Begin(out _, TimeSpan.FromMilliseconds(700));
        Answer(id, 1);
        await early;
        AdvanceTo(650);
        Assert.False(late.IsCompleted);
        AdvanceTo(720);
        Assert.Equal(CallStatus.TimedOut, (await late).Status);

        ValueTask<CallOutcome> again = Begin(out _, TimeSpan.FromMilliseconds(50));
        AdvanceTo(790);
        Assert.Equal(CallStatus.TimedOut, (await again).Status);
    }

    [Fact]
    public async Task Cancelling_ends_the_call_and_tells_the_owner_once()
    {
        using CancellationTokenSource cancel = new();
        ValueTask<CallOutcome> call = _table.Begin(Parse, Second, out ulong id, cancel.Token);
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await call).Status);
        Assert.Equal([id], _abandoned);
        Assert.False(Answer(id, 1));
    }

    [Fact]
    public async Task A_token_abandoned_before_the_call_sends_nothing()
    {
        ValueTask<CallOutcome> call = _table.Begin(Parse, Second, out ulong id, new CancellationToken(canceled: true));
        Assert.Equal(0UL, id);
        Assert.Equal(CallStatus.Cancelled, (await call).Status);
        Assert.Empty(_abandoned);
        Assert.Equal(0, _table.Outstanding);
    }

    [Fact]
    public async Task A_token_abandoned_after_the_answer_cancels_nothing()
    {
        using CancellationTokenSource cancel = new();
        ValueTask<CallOutcome> call = _table.Begin(Parse, Second, out ulong id, cancel.Token);
        Answer(id, 1);
        await call;
        ValueTask<CallOutcome> next = Begin(out _);
        await cancel.CancelAsync();
        Assert.False(next.IsCompleted);
        Assert.Empty(_abandoned);
    }

    [Fact]
    [ProtocolRule("F-10")]
    public async Task Late_duplicate_and_invented_answers_are_dropped()
    {
        ValueTask<CallOutcome> call = Begin(out ulong id);
        Assert.True(Answer(id, 1));
        Assert.False(Answer(id, 2));
        Assert.Equal(1UL, Revision(await call));
        Assert.False(Answer(id, 3));
        Assert.False(Answer(0, 3));
        Assert.False(Answer(id + 1, 3));
        Assert.False(Answer(id + (1UL << 32), 3));
        Assert.False(Answer(ulong.MaxValue, 3));
    }

    [Fact]
    public async Task An_answer_to_an_earlier_use_of_a_slot_never_completes_a_later_one()
    {
        ValueTask<CallOutcome> first = Begin(out ulong stale);
        Answer(stale, 1);
        await first;
        ValueTask<CallOutcome> second = Begin(out ulong id);
        Assert.Equal((uint)stale, (uint)id);
        Assert.False(Answer(stale, 7));
        Assert.False(second.IsCompleted);
        Assert.True(Answer(id, 2));
        Assert.Equal(2UL, Revision(await second));
    }

    [Fact]
    public async Task One_call_more_than_the_limit_is_refused_until_another_has_ended()
    {
        List<(ValueTask<CallOutcome> Task, ulong Id)> calls = [];
        for (int i = 0; i < 40; i++)
        {
            calls.Add((Begin(out ulong id), id));
        }

        Assert.Equal(40, calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal(CallStatus.TooManyCalls, (await Begin(out ulong none)).Status);
        Assert.Equal(0UL, none);
        Answer(calls[17].Id, 17);
        Assert.Equal(17UL, Revision(await calls[17].Task));
        ValueTask<CallOutcome> next = Begin(out ulong reused);
        Assert.True(Answer(reused, 5));
        Assert.Equal(5UL, Revision(await next));
    }

    [Fact]
    public async Task Closing_ends_every_call_and_refuses_new_ones()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, 20).Select(_ => Begin(out ulong _))];
        _table.Close();
        _table.Close();
        foreach (ValueTask<CallOutcome> call in calls)
        {
            Assert.Equal(CallStatus.ConnectionLost, (await call).Status);
        }

        Assert.Equal(CallStatus.ConnectionLost, (await Begin(out ulong id)).Status);
        Assert.Equal(0UL, id);
        Assert.Equal(0, _table.Outstanding);
        AdvanceTo(10_000);
        Assert.Equal(0, _wheel.AllocatedEntries);
    }

    private static ulong Revision(CallOutcome outcome)
    {
        Assert.Equal(CallStatus.Replied, outcome.Status);
        return ((RegisterReply)outcome.Reply!).Revision;
    }

    private ValueTask<CallOutcome> Begin(out ulong id, TimeSpan? timeout = null) =>
        _table.Begin(Parse, timeout ?? Second, out id, CancellationToken.None);

    private bool Answer(ulong id, ulong revision) =>
        _table.Complete(id, isError: false, new ReadOnlySequence<byte>(new RegisterReply { Revision = revision }.ToByteArray()));

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
