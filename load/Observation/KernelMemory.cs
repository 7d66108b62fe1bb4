namespace FastRegistry.Load.Observation;

/// <summary>Memory the kernel uses for sockets on this machine: both ends of every connection, and everybody else's.</summary>
/// <param name="SocketBufferBytes">Queued data, from <c>/proc/net/sockstat</c>.</param>
/// <param name="SlabBytes">Kernel objects of all kinds, from <c>/proc/meminfo</c> (Slab).</param>
internal readonly record struct KernelMemory(long SocketBufferBytes, long SlabBytes);
