using System.Buffers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Baseline;

/// <summary>Keeps the receiving thread of a connection inside a push until it is let go.</summary>
internal sealed class BlockingSink : IPushSink, IDisposable
{
    private readonly ManualResetEventSlim _letGo = new();
    private int _blocked;

    public bool IsBlocked => Volatile.Read(ref _blocked) != 0;

    public void Arrived(in ReadOnlySequence<byte> list, long receivedAt)
    {
        Interlocked.Exchange(ref _blocked, 1);
        _letGo.Wait(BaselineFixture.Deadline);
    }

    public void LetGo() => _letGo.Set();

    public void Dispose() => _letGo.Dispose();
}
