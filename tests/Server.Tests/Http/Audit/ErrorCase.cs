using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>A request that must be refused, and how.</summary>
/// <param name="Class">Why.</param>
/// <param name="Query">Its parameters.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Told where answers are results.</param>
/// <param name="Text">What must be told, without the form that it is told in; null = nothing at all.</param>
internal sealed record ErrorCase(ErrorClass Class, string Query, int Status, ResultCode Code, string? Text)
{
    /// <summary>A JSON body.</summary>
    public string? Json { get; init; }

    /// <summary>The whole body, where it is in no form that others have.</summary>
    public string? Body { get; init; }

    /// <summary>Values of the path's parameters where they are what is wrong.</summary>
    public string[]? PathValues { get; init; }

    /// <summary>Calls before it.</summary>
    public string[] Setup { get; init; } = [];

    /// <summary>Sent to a node on which every limit is reached.</summary>
    public bool NeedsFullNode { get; init; }

    /// <summary>What only this endpoint refuses.</summary>
    public static ErrorCase Own(string query, string text, ResultCode code = ResultCode.ParameterValidateError, int status = 400) => new(ErrorClass.Own, query, status, code, text);

    /// <summary>A limit that is reached.</summary>
    public static ErrorCase Full(string query, string text) => Own(query, text, ResultCode.ServerError) with { NeedsFullNode = true };
}
