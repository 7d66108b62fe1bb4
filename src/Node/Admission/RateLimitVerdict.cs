namespace FastRegistry.Node.Admission;

/// <summary>What a window says of one call.</summary>
internal enum RateLimitVerdict
{
    /// <summary>Within the maximum.</summary>
    Within,

    /// <summary>The first one beyond the maximum of this window.</summary>
    FirstBeyond,

    /// <summary>A further one beyond it.</summary>
    Beyond,
}
