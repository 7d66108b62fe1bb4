namespace FastRegistry.Wire.Framing;

/// <summary>What the first bytes of a connection are.</summary>
public enum PrefaceStatus
{
    /// <summary>Right so far, more bytes are needed.</summary>
    Incomplete,

    /// <summary>A whole preface with a version this build speaks.</summary>
    Accepted,

    /// <summary>Some other protocol.</summary>
    NotOurs,

    /// <summary>Our protocol in a version this build does not speak.</summary>
    UnsupportedVersion,
}
