namespace FastRegistry.Wire.Framing;

/// <summary>What a side understands beyond protocol 1; both sides use the bits that both have. No bit is in use yet: a receiver ignores those that it does not
/// know.</summary>
[Flags]
public enum Capabilities : ulong
{
    /// <summary>Protocol 1 and nothing beyond it.</summary>
    None = 0,

    /// <summary>Everything this build understands.</summary>
    All = None,
}
