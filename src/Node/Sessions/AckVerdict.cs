namespace FastRegistry.Node.Sessions;

/// <summary>What is to be done about pushes that are not acknowledged.</summary>
internal enum AckVerdict
{
    /// <summary>Nothing now.</summary>
    Wait,

    /// <summary>The newest lists are sent again.</summary>
    Repeat,

    /// <summary>They were sent again often enough.</summary>
    GiveUp,
}
