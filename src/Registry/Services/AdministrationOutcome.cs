namespace FastRegistry.Registry.Services;

/// <summary>What became of an operator's change of a service.</summary>
internal enum AdministrationOutcome
{
    /// <summary>It was done, or was so already.</summary>
    Done,

    /// <summary>There is no such service.</summary>
    NoSuchService,

    /// <summary>Nothing is listed under the identity.</summary>
    NoSuchInstance,

    /// <summary>The service is there already.</summary>
    Exists,

    /// <summary>It still has instances.</summary>
    NotEmpty,

    /// <summary><c>Limits:Services</c> or <c>Limits:Overrides</c> is reached.</summary>
    LimitReached,
}
