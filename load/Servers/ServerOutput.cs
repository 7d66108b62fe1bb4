namespace FastRegistry.Load.Servers;

/// <summary>The newest lines a server wrote; older ones are dropped. Any thread.</summary>
internal sealed class ServerOutput
{
    private const int Kept = 20;

    private readonly Lock _linesGate = new();
    private readonly Queue<string> _lines = new(Kept);

    public void Add(string line)
    {
        lock (_linesGate)
        {
            if (_lines.Count == Kept)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(line);
        }
    }

    public IReadOnlyList<string> ToList()
    {
        lock (_linesGate)
        {
            return [.. _lines];
        }
    }

    /// <summary>The line that says best what is wrong: the last one that is not part of a stack trace.</summary>
    public string Complaint() =>
        ToList().LastOrDefault(static line => !string.IsNullOrWhiteSpace(line) && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal))?.Trim()
        ?? "it said nothing";
}
