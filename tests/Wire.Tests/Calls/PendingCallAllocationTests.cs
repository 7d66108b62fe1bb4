using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Framing;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

#pragma warning disable CA2012 // The result is taken once, after the call has completed.

namespace FastRegistry.Wire.Tests.Calls;

[Collection(MeasurementsCollection.Name)]
public sealed class PendingCallAllocationTests
{
    private const int Calls = 10_000;

    // Of the whole process over all calls; one object per call is 240 kB.
    private const long ToleranceBytes = 64 * 1024;

    private static readonly IMessage Shared = new RegisterReply();
    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static _ => Shared;

    private readonly PendingCallTable _table;
    private readonly IMessage _request = new RegisterRequest();
    private ulong _sent;

    public PendingCallAllocationTests() => _table = new PendingCallTable(
        new TimingWheel(new VirtualTimeProvider(), new TimingWheelOptions()), send: (_, _, id) => Volatile.Write(ref _sent, id));

    [Fact]
    public void A_call_whose_answer_is_there_already_allocates_nothing() => AllocationGate.AssertNothing(() => RunSynchronously(Calls));

    [Fact]
    public void A_call_that_finds_a_place_allocates_nothing_nor_does_its_progress() => AllocationGate.AssertNothing(() =>
    {
        for (int i = 0; i < Calls; i++)
        {
            ValueTask<CallOutcome> call = _table.CallAsync(MessageType.Register, _request, Parse, TimeSpan.FromSeconds(1), CancellationToken.None);
            _table.Progress(_sent);
            _table.Complete(_sent, isError: false, default);
            if (call.Result.Status != CallStatus.Replied)
            {
                Assert.Fail("not answered");
            }
        }
    });

    [Fact]
    public void A_call_that_waits_for_its_place_allocates_nothing_once_there_was_one()
    {
        _table.Limit = 1;
        AllocationGate.AssertNothing(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                ulong before = _sent;
                ValueTask<CallOutcome> first = _table.CallAsync(MessageType.Register, _request, Parse, TimeSpan.FromSeconds(1), CancellationToken.None);
                ValueTask<CallOutcome> second = _table.CallAsync(MessageType.Register, _request, Parse, TimeSpan.FromSeconds(1), CancellationToken.None);

                // The first may wait too: the work item that sent the last one may not have ended yet.
                ulong sent = AnswerNext(before);
                AnswerNext(sent);
                if (first.Result.Status != CallStatus.Replied || second.Result.Status != CallStatus.Replied)
                {
                    Assert.Fail("not answered");
                }
            }
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_that_is_awaited_allocates_nothing(bool tableSends)
    {
        using CancellationTokenSource cancel = new();
        Thread answering = new(Answer);
        answering.Start();
        await RunAsynchronously(1_000, tableSends, cancel.Token);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsynchronously(Calls, tableSends, cancel.Token);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Volatile.Write(ref _sent, ulong.MaxValue);
        answering.Join();
        Assert.InRange(allocated, 0, ToleranceBytes);
    }

    private ulong AnswerNext(ulong before)
    {
        SpinWait spin = default;
        ulong sent;
        while ((sent = Volatile.Read(ref _sent)) == before)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        if (!_table.Complete(sent, isError: false, default))
        {
            Assert.Fail("nobody waits for the answer");
        }

        return sent;
    }

    private void RunSynchronously(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            ValueTask<CallOutcome> call = _table.Begin(Parse, TimeSpan.FromSeconds(1), out ulong id, CancellationToken.None);
            _table.Complete(id, isError: false, default);
            if (call.Result.Status != CallStatus.Replied)
            {
                Assert.Fail("not answered");
            }
        }
    }

    private async Task RunAsynchronously(int calls, bool tableSends, CancellationToken cancellationToken)
    {
        for (int i = 0; i < calls; i++)
        {
            if (tableSends)
            {
                await _table.CallAsync(MessageType.Register, _request, Parse, TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
                continue;
            }

            ValueTask<CallOutcome> call = _table.Begin(Parse, TimeSpan.FromSeconds(1), out ulong id, cancellationToken);
            Volatile.Write(ref _sent, id);
            await call.ConfigureAwait(false);
        }
    }

    private void Answer()
    {
        ulong answered = 0;
        SpinWait spin = default;
        while (true)
        {
            ulong id = Volatile.Read(ref _sent);
            if (id == ulong.MaxValue)
            {
                return;
            }

            if (id != answered)
            {
                _table.Complete(id, isError: false, default);
                answered = id;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
