using System.Buffers;
using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using FastRegistry.Wire.Calls;
using FastRegistry.Wire.Messages;
using FastRegistry.Wire.Timing;
using Google.Protobuf;

namespace FastRegistry.Bench.Calls;

/// <summary>
/// Begin, complete and await a call, without a connection; figures are per call. The answer is complete before it is awaited, so no thread switch is in
/// them. The dictionary is what a client without the table would use.
/// </summary>
[MemoryDiagnoser]
public class CallBenchmarks : IDisposable
{
    private const int Calls = 64;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly IMessage Answer = new UnsubscribeReply();
    private static readonly Func<ReadOnlySequence<byte>, IMessage> Parse = static _ => Answer;

    private readonly ValueTask<CallOutcome>[] _pending = new ValueTask<CallOutcome>[Calls];
    private readonly Task<IMessage>[] _tasks = new Task<IMessage>[Calls];
    private readonly long[] _ids = new long[Calls];
    private readonly CancellationTokenRegistration[] _registrations = new CancellationTokenRegistration[Calls];
    private readonly ConcurrentDictionary<long, TaskCompletionSource<IMessage>> _sources = new();
    private readonly CancellationTokenSource _cancellation = new();
    private TimingWheel _wheel = null!;
    private WheelDriver _driver = null!;
    private PendingCallTable _table = null!;
    private CancellationToken _token;
    private long _lastId;

    [Params(1, 64)]
    public int Outstanding { get; set; }

    /// <summary>The caller gives a token that could be cancelled.</summary>
    [Params(false, true)]
    public bool Cancellable { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _wheel = new TimingWheel(TimeProvider.System, new TimingWheelOptions());
        _driver = new WheelDriver(_wheel);
        _table = new PendingCallTable(_wheel);
        _token = Cancellable ? _cancellation.Token : CancellationToken.None;
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        _table.Close();
        await _driver.DisposeAsync();
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>With a time-out, watched by the wheel.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public async Task PendingCalls()
    {
        for (int done = 0; done < Calls; done += Outstanding)
        {
            for (int i = 0; i < Outstanding; i++)
            {
#pragma warning disable CA2012 // Each is awaited once, below.
                _pending[i] = _table.Begin(Parse, Timeout, out ulong id, _token);
#pragma warning restore CA2012
                _ids[i] = (long)id;
            }

            for (int i = 0; i < Outstanding; i++)
            {
                _table.Complete((ulong)_ids[i], isError: false, default);
            }

            for (int i = 0; i < Outstanding; i++)
            {
                await _pending[i];
            }
        }
    }

    /// <summary>Without any time-out.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public Task DictionaryWithoutTimeout() => RunDictionaryAsync(static (task, _) => task);

    /// <summary>With <c>Task.WaitAsync</c>, a timer per call.</summary>
    [Benchmark(OperationsPerInvoke = Calls)]
    public Task DictionaryWithWaitAsync() => RunDictionaryAsync(static (task, token) => task.WaitAsync(Timeout, token));

    private async Task RunDictionaryAsync(Func<Task<IMessage>, CancellationToken, Task<IMessage>> bound)
    {
        for (int done = 0; done < Calls; done += Outstanding)
        {
            for (int i = 0; i < Outstanding; i++)
            {
                TaskCompletionSource<IMessage> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _ids[i] = ++_lastId;
                _sources.TryAdd(_ids[i], source);
                _registrations[i] = _token.CanBeCanceled ? _token.UnsafeRegister(static state => ((TaskCompletionSource<IMessage>)state!).TrySetCanceled(), source) : default;
                _tasks[i] = bound(source.Task, _token);
            }

            for (int i = 0; i < Outstanding; i++)
            {
                if (_sources.TryRemove(_ids[i], out TaskCompletionSource<IMessage>? source))
                {
                    source.TrySetResult(Answer);
                }
            }

            for (int i = 0; i < Outstanding; i++)
            {
                await _tasks[i];
                _registrations[i].Dispose();
            }
        }
    }
}
