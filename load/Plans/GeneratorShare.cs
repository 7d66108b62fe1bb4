namespace FastRegistry.Load.Plans;

/// <summary>Which part of a run a generator has.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Count">Generators of the run.</param>
internal readonly record struct GeneratorShare(int Index, int Count)
{
    /// <summary>This generator's part of a number: all parts add up to it.</summary>
    public int Of(int total) => (int)Of((long)total);

    /// <summary>This generator's part of a number: all parts add up to it.</summary>
    public long Of(long total) => (total / Count) + (Index < total % Count ? 1 : 0);

    /// <summary>This generator's part of a rate.</summary>
    public double Of(double rate) => rate / Count;
}
