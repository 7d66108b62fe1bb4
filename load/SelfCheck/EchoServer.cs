using System.Diagnostics;
using FastRegistry.Load.Running;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.SelfCheck;

/// <summary>Answers every call after a known delay, except that nothing is answered during one stall.</summary>
/// <remarks>Owned by a check for one run. Any thread asks; a thread of its own answers, and iterations go on there as on a receive thread.</remarks>
internal sealed class EchoServer : IDisposable
{
    private readonly Lock _callsGate = new();
    private readonly Queue<EchoCall> _calls = [];
    private readonly long _delayTicks;
    private readonly long _stallAt;
    private readonly long _stallEnd;
    private readonly Thread _thread;
    private volatile bool _isStopped;
    private long _asked;

    /// <param name="stallAt">Stopwatch timestamp.</param>
    /// <param name="stall">Zero = none.</param>
    public EchoServer(TimeSpan delay, long stallAt, TimeSpan stall)
    {
        _delayTicks = Deadline.TicksOf(delay);
        _stallAt = stallAt;
        _stallEnd = stallAt + Deadline.TicksOf(stall);
        _thread = new Thread(AnswerAll) { IsBackground = true, Name = "echo server" };
        _thread.Start();
    }

    /// <summary>Calls so far.</summary>
    public long Asked => Volatile.Read(ref _asked);

    public ValueTask<LoadResult> AskAsync()
    {
        lock (_callsGate)
        {
            // The time is taken inside, so that calls are queued in the order of their answers.
            EchoCall call = new() { AskedAt = Stopwatch.GetTimestamp() };
            _asked++;
            _calls.Enqueue(call);
            return call.WaitAsync();
        }
    }

    public void Dispose()
    {
        _isStopped = true;
        _thread.Join();
    }

    private void AnswerAll()
    {
        MonotonicSleep.SharpenThread();
        while (!_isStopped)
        {
            EchoCall? call;
            lock (_callsGate)
            {
                _calls.TryPeek(out call);
            }

            // A call that comes while this sleeps is not due before the sleep ends.
            long now = Stopwatch.GetTimestamp();
            long due = call is null ? now + _delayTicks : DueOf(call);
            if (due > now)
            {
                MonotonicSleep.Until(due);
            }
            else
            {
                lock (_callsGate)
                {
                    _calls.Dequeue();
                }

                call!.Answer();
            }
        }
    }

    private long DueOf(EchoCall call)
    {
        long due = call.AskedAt + _delayTicks;
        return due >= _stallAt && due < _stallEnd ? _stallEnd : due;
    }
}
