using System.Buffers;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Baseline;

/// <summary>Keeps the receiving thread of a connection inside its first push until it is let go; then the lists go to another sink.</summary>
internal sealed class BlockingSink(IPushSink next) : IPushSink, IDisposable
{
    private readonly ManualResetEventSlim _letGo = new();
    private int _blocked;

    public bool IsBlocked => Volatile.Read(ref _blocked) != 0;

    public void Arrived(in ReadOnlySequence<byte> list, long receivedAt)
    {
        Interlocked.Exchange(ref _blocked, 1);
        _letGo.Wait(BaselineFixture.Deadline);
        next.Arrived(list, receivedAt);
    }

    public void LetGo() => _letGo.Set();

    public void Dispose() => _letGo.Dispose();
}
