using System.Buffers;
using System.Collections.Concurrent;
using FastRegistry.Tests;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

#pragma warning disable CA2012, xUnit1031 // Calls are made, then answered, then awaited, each once; the race runs on threads of its own.

namespace FastRegistry.Wire.Tests.Calls;

/// <summary>Calls that wait because the other side takes no more requests at a time.</summary>
public sealed class PendingCallQueueTests
{
    private const int MaximumCalls = 40;

    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static body => RegisterReply.Parser.ParseFrom(body);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;
    private readonly ConcurrentQueue<(string Name, ulong Id)> _sent = new();
    private readonly ConcurrentQueue<ulong> _abandoned = new();
    private readonly PendingCallTable _table;

    public PendingCallQueueTests()
    {
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        _table = new PendingCallTable(
            _wheel, MaximumCalls, _abandoned.Enqueue, (_, request, id) => _sent.Enqueue((((RegisterRequest)request).Name, id)))
        {
            Limit = 3,
        };
    }

    [Fact]
    [ProtocolRule("Q-1", "C-14")]
    public async Task Calls_beyond_the_limit_are_sent_in_order_as_places_become_free()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, 10).Select(i => Call($"{i}"))];
        Assert.Equal(["0", "1", "2"], Sent());
        Assert.Equal(7, _table.Waiting);
        for (int answered = 0; answered < 10; answered++)
        {
            Answer(answered);
            Assert.Equal(CallStatus.Replied, (await calls[answered]).Status);
            int expected = Math.Min(answered + 4, 10);
            await Eventually.TrueAsync(() => _sent.Count == expected);
        }

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), Sent());
        Assert.Equal(10, _sent.DistinctBy(sent => sent.Id).Count());
        Assert.Equal((0, 0), (_table.Waiting, _table.Outstanding));
    }

    [Fact]
    public async Task A_place_is_free_with_the_answer_not_only_when_its_caller_takes_it()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, 6).Select(i => Call($"{i}"))];
        for (int i = 0; i < 6; i++)
        {
            await Eventually.TrueAsync(() => _sent.Count > i);
            Answer(i);
        }

        foreach (ValueTask<CallOutcome> call in calls.Reverse())
        {
            Assert.Equal(CallStatus.Replied, (await call).Status);
        }
    }

    [Fact]
    public async Task The_time_of_a_waiting_call_counts_from_the_call_and_it_is_never_sent_nor_told()
    {
        ValueTask<CallOutcome>[] places = [.. Enumerable.Range(0, 3).Select(i => Call($"{i}", TimeSpan.FromSeconds(30)))];
        ValueTask<CallOutcome> waits = Call("waits");
        AdvanceTo(990);
        Assert.False(waits.IsCompleted);
        AdvanceTo(1_020);
        Assert.Equal(CallStatus.TimedOut, (await waits).Status);
        Assert.Equal(0, _table.Waiting);

        ValueTask<CallOutcome> next = Call("next");
        Answer(0);
        await Eventually.TrueAsync(() => _sent.Count == 4);
        Assert.Equal(["0", "1", "2", "next"], Sent());
        Assert.Empty(_abandoned);
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task A_call_that_waited_times_out_by_the_time_of_the_call_after_it_was_sent_too()
    {
        ValueTask<CallOutcome>[] places = [.. Enumerable.Range(0, 3).Select(i => Call($"{i}", TimeSpan.FromSeconds(30)))];
        ValueTask<CallOutcome> waited = Call("waited");
        AdvanceTo(600);
        Answer(1);
        await Eventually.TrueAsync(() => _sent.Count == 4);
        AdvanceTo(990);
        Assert.False(waited.IsCompleted);
        AdvanceTo(1_020);
        Assert.Equal(CallStatus.TimedOut, (await waited).Status);
        Assert.Equal([_sent.Last().Id], _abandoned);
    }

    [Fact]
    public async Task A_waiting_call_that_is_cancelled_is_never_sent_nor_told_and_those_behind_it_go_on()
    {
        using CancellationTokenSource cancel = new();
        ValueTask<CallOutcome>[] places = [.. Enumerable.Range(0, 3).Select(i => Call($"{i}"))];
        ValueTask<CallOutcome>[] wait = [CancellableCall("first", cancel.Token), Call("second"), CancellableCall("third", cancel.Token), Call("fourth")];
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await wait[0]).Status);
        Assert.Equal(CallStatus.Cancelled, (await wait[2]).Status);
        Assert.Equal(2, _table.Waiting);
        Answer(0);
        Answer(1);
        await Eventually.TrueAsync(() => _sent.Count == 5);
        Assert.Equal(["0", "1", "2", "second", "fourth"], Sent());
        Assert.Empty(_abandoned);
    }

    [Fact]
    public async Task A_sent_call_that_times_out_or_is_cancelled_gives_its_place_to_the_next()
    {
        using CancellationTokenSource cancel = new();
        ValueTask<CallOutcome>[] places = [Call("0", TimeSpan.FromMilliseconds(100)), CancellableCall("1", cancel.Token), Call("2")];
        ValueTask<CallOutcome>[] wait = [Call("3"), Call("4")];
        AdvanceTo(130);
        Assert.Equal(CallStatus.TimedOut, (await places[0]).Status);
        await Eventually.TrueAsync(() => _sent.Count == 4);
        await cancel.CancelAsync();
        Assert.Equal(CallStatus.Cancelled, (await places[1]).Status);
        await Eventually.TrueAsync(() => _sent.Count == 5);
        Assert.Equal(_sent.Take(2).Select(sent => sent.Id), _abandoned);
        Assert.All(wait, call => Assert.False(call.IsCompleted));
    }

    [Fact]
    public async Task Calls_that_wait_and_calls_that_were_sent_are_bounded_together()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, MaximumCalls).Select(i => Call($"{i}"))];
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        Assert.Equal(CallStatus.TooManyCalls, (await Call("one more")).Status);
        Answer(0);
        await calls[0];
        ValueTask<CallOutcome> fits = Call("fits");
        Assert.False(fits.IsCompleted);
        Assert.Equal(MaximumCalls, _table.Outstanding);
    }

    [Fact]
    public async Task Calls_that_wait_and_are_cancelled_leave_nothing_behind()
    {
        ValueTask<CallOutcome>[] places = [.. Enumerable.Range(0, 3).Select(i => Call($"{i}"))];
        for (int i = 0; i < 10_000; i++)
        {
            using CancellationTokenSource cancel = new();
            ValueTask<CallOutcome> call = CancellableCall("waits", cancel.Token);
            await cancel.CancelAsync();
            Assert.Equal(CallStatus.Cancelled, (await call).Status);
        }

        Assert.Equal((0, 3), (_table.Waiting, _table.Outstanding));
        Assert.Equal(3, _sent.Count);
    }

    [Fact]
    public async Task A_lower_limit_lets_the_sent_calls_go_on_and_a_higher_one_sends_what_waits()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, 8).Select(i => Call($"{i}"))];
        _table.Limit = 1;
        Answer(0);
        Answer(1);
        await calls[0];
        await calls[1];
        Assert.Equal(3, _sent.Count);
        Assert.Equal(5, _table.Waiting);
        Answer(2);
        await Eventually.TrueAsync(() => _sent.Count == 4);
        _table.Limit = 4;
        await Eventually.TrueAsync(() => _sent.Count == 7);
        Assert.Equal(1, _table.Waiting);
        _table.Limit = int.MaxValue;
        Assert.Equal(MaximumCalls, _table.Limit);
        await Eventually.TrueAsync(() => _sent.Count == 8);
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"{i}"), Sent());
    }

    [Fact]
    public async Task Closing_ends_waiting_calls_and_sends_none_of_them()
    {
        ValueTask<CallOutcome>[] calls = [.. Enumerable.Range(0, 8).Select(i => Call($"{i}"))];
        _table.Close();
        foreach (ValueTask<CallOutcome> call in calls)
        {
            Assert.Equal(CallStatus.ConnectionLost, (await call).Status);
        }

        Assert.Equal(CallStatus.ConnectionLost, (await Call("late")).Status);
        Assert.Equal(3, _sent.Count);
        Assert.Equal((0, 0), (_table.Waiting, _table.Outstanding));
        Assert.Empty(_abandoned);
    }

    [Fact]
    public async Task An_answer_to_a_request_that_was_not_sent_is_dropped()
    {
        ValueTask<CallOutcome>[] places = [.. Enumerable.Range(0, 3).Select(i => Call($"{i}"))];
        ValueTask<CallOutcome> waits = Call("waits");

        // Slot 3, first use.
        Assert.False(_table.Complete((1UL << 32) | 3, isError: false, default));
        Answer(0);
        await Eventually.TrueAsync(() => _sent.Count == 4);
        Assert.Equal((1UL << 32) | 3, _sent.Last().Id);
        Answer(3);
        Assert.Equal(CallStatus.Replied, (await waits).Status);
    }

    [Fact]
    public async Task The_set_up_is_refused_rather_than_waits()
    {
        _table.Limit = 1;
        ValueTask<CallOutcome> first = _table.Begin(Parse, Second, out ulong id, TestContext.Current.CancellationToken);
        ValueTask<CallOutcome> second = _table.Begin(Parse, Second, out ulong none, TestContext.Current.CancellationToken);
        Assert.Equal((CallStatus.TooManyCalls, 0UL), ((await second).Status, none));
        _table.Complete(id, isError: false, default);
        Assert.Equal(CallStatus.Replied, (await first).Status);
    }

    [Fact]
    public async Task A_request_that_cannot_be_sent_throws_to_its_caller_and_gives_its_place_back()
    {
        PendingCallTable table = new(_wheel, MaximumCalls, send: static (_, request, _) =>
        {
            if (((RegisterRequest)request).Name.Length > 0)
            {
                throw new InvalidOperationException("no");
            }
        })
        {
            Limit = 1,
        };
        RegisterRequest good = new();
        RegisterRequest bad = new() { Name = "bad" };
        await Assert.ThrowsAsync<InvalidOperationException>(() => MakeAsync(bad));
        Task<CallOutcome> place = MakeAsync(good);
        Task<CallOutcome> waits = MakeAsync(bad);
        Task<CallOutcome> last = MakeAsync(good);
        table.Complete(2UL << 32, isError: false, default);
        Assert.Equal(CallStatus.Replied, (await place).Status);
        await Assert.ThrowsAsync<InvalidOperationException>(() => waits);
        await Eventually.TrueAsync(() => table.Waiting == 0);
        Assert.Equal(1, table.Outstanding);
        Assert.False(last.IsCompleted);

        Task<CallOutcome> MakeAsync(IMessage request) =>
            table.CallAsync(MessageType.Register, request, Parse, Second, TestContext.Current.CancellationToken).AsTask();
    }

    [Fact]
    public void Calls_of_many_threads_all_end_each_is_sent_once_and_those_of_one_thread_in_order()
    {
        const int Threads = 4;
        const int CallsPerThread = 5_000;
        const int Window = 8;
        int seed = Environment.TickCount;
        BlockingCollection<ulong> toAnswer = [];
        List<(string Thread, int Number)> sent = [];
        int abandoned = 0;
        PendingCallTable table = null!;
        table = new PendingCallTable(
            _wheel,
            Threads * Window * 2,
            _ => Interlocked.Increment(ref abandoned),
            (_, request, id) =>
            {
                lock (sent)
                {
                    sent.Add((((RegisterRequest)request).Group, int.Parse(((RegisterRequest)request).Name, null)));
                }

                toAnswer.Add(id);
            })
        {
            Limit = 5,
        };
        Thread answering = new(() =>
        {
            foreach (ulong id in toAnswer.GetConsumingEnumerable())
            {
                table.Complete(id, isError: false, default);
            }
        });
        answering.Start();
        long[] outcomes = new long[Enum.GetValues<CallStatus>().Length];
        Thread[] callers = [.. Enumerable.Range(0, Threads).Select(thread => new Thread(() => Run(thread)))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        toAnswer.CompleteAdding();
        answering.Join();

        long replied = outcomes[(int)CallStatus.Replied];
        long cancelled = outcomes[(int)CallStatus.Cancelled];
        Assert.True(replied + cancelled == Threads * CallsPerThread, $"seed {seed}: {string.Join(' ', outcomes)}");
        Assert.True(replied > 1_000 && cancelled > 1_000 && abandoned < cancelled, $"seed {seed}: {replied} {cancelled} {abandoned}");
        Assert.Equal(replied + abandoned, sent.Count);
        Assert.Equal(sent.Count, sent.Distinct().Count());
        Assert.All(sent.GroupBy(call => call.Thread), calls => Assert.Equal(calls.Select(call => call.Number).Order(), calls.Select(call => call.Number)));
        Assert.Equal((0, 0), (table.Waiting, table.Outstanding));

        void Run(int thread)
        {
            Random random = new(seed + thread);
            Queue<Task<CallOutcome>> window = new();
            for (int i = 0; i < CallsPerThread; i++)
            {
                CancellationTokenSource? cancel = random.Next(3) == 0 ? new CancellationTokenSource() : null;
                RegisterRequest request = new() { Group = $"{thread}", Name = $"{i}" };
                window.Enqueue(table.CallAsync(MessageType.Register, request, Parse, Second, cancel?.Token ?? CancellationToken.None).AsTask());
                if (window.Count == Window)
                {
                    Take(window.Dequeue());
                }

                cancel?.Cancel();
                cancel?.Dispose();
            }

            while (window.TryDequeue(out Task<CallOutcome>? call))
            {
                Take(call);
            }
        }

        void Take(Task<CallOutcome> call)
        {
            Assert.True(call.Wait(TimeSpan.FromSeconds(30)), $"a call does not end, seed {seed}");
            Interlocked.Increment(ref outcomes[(int)call.Result.Status]);
        }
    }

    private IEnumerable<string> Sent() => _sent.Select(sent => sent.Name);

    private ValueTask<CallOutcome> Call(string name, TimeSpan? timeout = null) =>
        _table.CallAsync(MessageType.Register, new RegisterRequest { Name = name }, Parse, timeout ?? Second, CancellationToken.None);

    private ValueTask<CallOutcome> CancellableCall(string name, CancellationToken cancellationToken) =>
        _table.CallAsync(MessageType.Register, new RegisterRequest { Name = name }, Parse, Second, cancellationToken);

    private void Answer(int sent) => Assert.True(_table.Complete(_sent.ElementAt(sent).Id, isError: false, default));

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
