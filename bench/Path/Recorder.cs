namespace FastRegistry.Bench.Path;

/// <summary>What the instrumented assemblies call at each sequence point.</summary>
/// <remarks>Public, as the callers are other assemblies. Entered by any thread; a mark is one write of a byte, so no lock is needed.</remarks>
public static class Recorder
{
    private static volatile bool _isOpen;
    private static byte[] _hits = [];

    /// <summary>Marks a sequence point while a window is open.</summary>
    public static void Hit(int point)
    {
        if (_isOpen)
        {
            _hits[point] = 1;
        }
    }

    /// <summary>Makes room for the points that were numbered.</summary>
    internal static void Prepare(int points) => _hits = new byte[points];

    /// <summary>Forgets all marks and begins to mark.</summary>
    internal static void Open()
    {
        Array.Clear(_hits);
        _isOpen = true;
    }

    /// <summary>Ends marking and tells the marks, which stay until the next window is opened.</summary>
    internal static ReadOnlySpan<byte> Close()
    {
        _isOpen = false;
        return _hits;
    }
}
