using System.Buffers;
using FastRegistry.Tests;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

#pragma warning disable CA2012, xUnit1031 // The result is taken once, after the call has completed; an await would change threads and cost the race.

namespace FastRegistry.Wire.Tests.Calls;

public sealed class PendingCallRaceTests
{
    private const int Iterations = 1_000_000;

    // How far the second thread may lag: the further, the more of what it does hits a slot in a later use.
    private const int Lag = 64;

    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static body => RegisterReply.Parser.ParseFrom(body);

    private readonly (ulong Id, byte[] Answer, CancellationTokenSource? Cancel)[] _work = new (ulong, byte[], CancellationTokenSource?)[Lag];
    private readonly VirtualTimeProvider _time = new();
    private readonly TimingWheel _wheel;
    private readonly PendingCallTable _table;
    private long _published;
    private long _handled;
    private long _answered;
    private long _told;
    private Exception? _fault;

    public PendingCallRaceTests()
    {
        _wheel = new TimingWheel(_time, new TimingWheelOptions());
        _table = new PendingCallTable(_wheel, 64, _ => Interlocked.Increment(ref _told));
    }

    [Fact]
    public void Answer_cancellation_and_time_out_racing_end_every_call_exactly_once()
    {
        Thread second = new(RunSecond);
        second.Start();
        long[] outcomes = new long[Enum.GetValues<CallStatus>().Length];
        long mine = 0;
        for (long i = 0; i < Iterations; i++)
        {
            Wait(() => Volatile.Read(ref _handled) > i - Lag);
            byte[] answer = new RegisterReply { Revision = (ulong)i }.ToByteArray();
            CancellationTokenSource? cancel = Cancels(i) ? new CancellationTokenSource() : null;
            ValueTask<CallOutcome> call = _table.Begin(Parse, TimeSpan.FromMilliseconds(10), out ulong id, cancel?.Token ?? CancellationToken.None);
            _work[i % Lag] = (id, answer, cancel);
            Volatile.Write(ref _published, i + 1);
            if (i % 2 == 0 && _table.Complete(id, isError: false, new ReadOnlySequence<byte>(answer)))
            {
                mine++;
            }

            Wait(() => call.IsCompleted);
            CallOutcome outcome = call.Result;
            outcomes[(int)outcome.Status]++;
            if (outcome.Reply is RegisterReply reply && reply.Revision != (ulong)i)
            {
                Assert.Fail($"call {i} got the answer of call {reply.Revision}");
            }
        }

        second.Join();
        Assert.Null(_fault);
        Assert.Equal(0, _table.Outstanding);
        Assert.Equal(Iterations, outcomes.Sum());
        Assert.Equal(mine + _answered, outcomes[(int)CallStatus.Replied]);
        Assert.Equal(_told, outcomes[(int)CallStatus.Cancelled] + outcomes[(int)CallStatus.TimedOut]);
        Assert.Equal(
            Iterations, outcomes[(int)CallStatus.Replied] + outcomes[(int)CallStatus.Cancelled] + outcomes[(int)CallStatus.TimedOut]);
        Assert.True(outcomes[(int)CallStatus.Cancelled] > 1_000 && outcomes[(int)CallStatus.TimedOut] > 1_000, "one of the racers never won");
    }

    [Fact]
    public void Closing_amid_calls_ends_every_one()
    {
        for (int run = 0; run < 500; run++)
        {
            PendingCallTable table = new(_wheel, 1_000);
            int ended = 0;
            Parallel.Invoke(
                () =>
                {
                    for (int i = 0; i < 200; i++)
                    {
                        ValueTask<CallOutcome> call = table.Begin(Parse, TimeSpan.FromSeconds(9), out ulong id, CancellationToken.None);
                        if (id != 0 && i % 3 == 0)
                        {
                            table.Complete(id, isError: false, default);
                        }

                        call.GetAwaiter().UnsafeOnCompleted(() => Interlocked.Increment(ref ended));
                    }
                },
                table.Close);
            Eventually.True(() => Volatile.Read(ref ended) == 200);
        }
    }

    private static bool Cancels(long i) => i % 8 == 3 || i % 8 == 4;

    private static bool TimesOut(long i) => i % 16 is 5 or 6;

    private void RunSecond()
    {
        try
        {
            for (long i = 0; i < Iterations; i++)
            {
                Wait(() => Volatile.Read(ref _published) > i);
                (ulong id, byte[] answer, CancellationTokenSource? cancel) = _work[i % Lag];
                if (cancel is not null)
                {
                    cancel.Cancel();
                    cancel.Dispose();
                }
                else if (TimesOut(i))
                {
                    _time.Advance(TimeSpan.FromMilliseconds(30));
                    _wheel.Step();
                }
                else if (_table.Complete(id, isError: false, new ReadOnlySequence<byte>(answer)))
                {
                    _answered++;
                }

                Volatile.Write(ref _handled, i + 1);
            }
        }
        catch (Exception fault)
        {
            _fault = fault;
            Volatile.Write(ref _handled, Iterations);
        }
    }

    private static void Wait(Func<bool> condition)
    {
        SpinWait spin = default;
        while (!condition())
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
