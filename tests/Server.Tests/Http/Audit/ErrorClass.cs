namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>Why a request can be refused.</summary>
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

    /// <summary>The path has no such method.</summary>
    Method,

    /// <summary>The body is longer than the listener takes.</summary>
    TooLong,

    /// <summary>The form has too many fields, or cannot be read.</summary>
    BrokenForm,

    /// <summary>An operator call from another machine.</summary>
    Remote,

    /// <summary>An operator call that a web page makes.</summary>
    Page,

    /// <summary>A prefix of its URL is limited.</summary>
    LimitedUrl,

    /// <summary>The status of the node refuses it.</summary>
    Status,

    /// <summary>Its control point is at its maximum.</summary>
    Rate,

    /// <summary>What only this endpoint refuses: not found, conflict, a limit that is reached, a value that breaks a rule of its own.</summary>
    Own,
}
