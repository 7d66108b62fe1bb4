using System.Runtime.InteropServices;

namespace FastRegistry.Load.Running;

/// <summary>A counter that every thread increments all the time. Alone in its cache lines, so that it does not slow down reads of what lies beside it.</summary>
/// <remarks>Any thread. Owned by a <see cref="LoadSession"/>.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal sealed class SharedCounter
{
    [FieldOffset(64)]
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <returns>The new value.</returns>
    public long Increment() => Interlocked.Increment(ref _value);
}
