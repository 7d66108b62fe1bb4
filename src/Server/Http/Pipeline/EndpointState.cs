namespace FastRegistry.Server.Http.Pipeline;

/// <summary>How much of an endpoint there is.</summary>
internal enum EndpointState
{
    /// <summary>As Nacos has it.</summary>
    Done,

    /// <summary>Something answers 501; the note says what.</summary>
    Partial,

    /// <summary>Parameters are read and checked, then the answer is 501.</summary>
    NotImplemented,
}
