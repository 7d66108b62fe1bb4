namespace FastRegistry.Node.Admission;

/// <summary>What happens to calls beyond the maximum.</summary>
internal enum RateLimitType
{
    /// <summary>They are counted and logged, and pass.</summary>
    Monitor,

    /// <summary>They are refused as overloaded.</summary>
    Intercept,
}
