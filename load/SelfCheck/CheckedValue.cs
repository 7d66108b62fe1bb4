namespace FastRegistry.Load.SelfCheck;

/// <summary>A value whose truth is known, beside what the load tool reported.</summary>
/// <param name="Name">With its unit.</param>
/// <param name="Low">Smallest value that passes.</param>
/// <param name="High">Largest value that passes.</param>
internal readonly record struct CheckedValue(string Name, double Expected, double Reported, double Low, double High)
{
    public bool Holds => Reported >= Low && Reported <= High;
}
