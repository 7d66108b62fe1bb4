namespace FastRegistry.Wire.Transport;

/// <summary>What a failed accept means for the listener.</summary>
public enum AcceptErrorTier
{
    /// <summary>One connection was lost before it was accepted; go on at once.</summary>
    Transient,

    /// <summary>Descriptors or memory are short; wait, then go on. Connections stay in the kernel's backlog meanwhile.</summary>
    ResourcePressure,

    /// <summary>The listening socket itself is unusable; the listener ends and its host is told.</summary>
    Fatal,
}
