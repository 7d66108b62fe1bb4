namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Cuts a page out of a list. Pages count from 1; one before the first is the first, one beyond the end is empty.</summary>
/// <param name="Number">Which page.</param>
/// <param name="Size">How long pages are.</param>
internal readonly record struct Page(int Number, int Size)
{
    public IEnumerable<T> Of<T>(IReadOnlyCollection<T> all)
    {
        long first = Math.Max(0, (Number - 1L) * Size);
        return first >= all.Count ? [] : all.Skip((int)first).Take(Size);
    }
}
