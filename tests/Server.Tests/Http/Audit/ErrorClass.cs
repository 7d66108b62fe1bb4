namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>Why a request can be refused by its parameters. What is refused before they are read is in <see cref="EndpointAdmissionAuditTests"/>.</summary>
public enum ErrorClass
{
    /// <summary>A required parameter is not there, or blank.</summary>
    Missing,

    /// <summary>A number is none.</summary>
    NotANumber,

    /// <summary>A flag of v2 is neither true nor false.</summary>
    NotAFlag,

    /// <summary>The parameter check refuses a value.</summary>
    Checked,

    /// <summary>A grouped name has no group or no name: v1 refuses it in front of everything.</summary>
    BrokenGrouping,

    /// <summary>An operator call from another machine.</summary>
    Remote,

    /// <summary>What only this endpoint refuses: not found, conflict, a limit that is reached, a value that breaks a rule of its own.</summary>
    Own,
}
