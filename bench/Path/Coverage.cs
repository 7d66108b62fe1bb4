namespace FastRegistry.Bench.Path;

/// <summary>In how many windows of a measurement each sequence point was marked.</summary>
internal sealed class Coverage(int points)
{
    private readonly int[] _windows = new int[points];

    /// <summary>Opens a window around an action.</summary>
    public void Record(Action action)
    {
        Recorder.Open();
        action();
        ReadOnlySpan<byte> hits = Recorder.Close();
        for (int i = 0; i < hits.Length; i++)
        {
            _windows[i] += hits[i];
        }
    }

    /// <summary>Points marked in at least so many windows.</summary>
    public IEnumerable<int> InAtLeast(int windows)
    {
        for (int i = 0; i < _windows.Length; i++)
        {
            if (_windows[i] >= windows)
            {
                yield return i;
            }
        }
    }
}
