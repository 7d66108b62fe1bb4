using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Everything there is to say about an endpoint. The pipeline acts on it, and the API's documents are generated from it.</summary>
/// <remarks>Metadata of the route: whoever has the endpoint has its description. Immutable.</remarks>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Below the context path; may have route parameters.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record EndpointDescription(string Method, string Path, string Summary)
{
    /// <summary>Other paths that are the same endpoint.</summary>
    public IReadOnlyList<string> OtherPaths { get; init; } = [];

    /// <summary>Other methods that are the same endpoint.</summary>
    public IReadOnlyList<string> OtherMethods { get; init; } = [];

    /// <summary>How it answers.</summary>
    public ApiStyle Style { get; init; }

    /// <summary>How it words that a parameter is missing.</summary>
    public MissingParameterText MissingText { get; init; }

    /// <summary>Which parameters the parameter check looks at.</summary>
    public ParameterChecks Checks { get; init; }

    /// <summary>The form of its errors where that is not its style's; null = its style's.</summary>
    public ErrorBody? ErrorsAs { get; init; }

    /// <summary>A JSON body that it takes, as an example; null = it takes parameters only.</summary>
    public string? RequestExample { get; init; }

    public IReadOnlyList<ParameterDescription> Parameters { get; init; } = [];

    public SuccessDescription Success { get; init; } = SuccessDescription.Ok;

    /// <summary>What it can answer besides: not the errors every endpoint has.</summary>
    public IReadOnlyList<ErrorDescription> Errors { get; init; } = [];

    public EndpointState State { get; init; }

    /// <summary>What is missing, when something is; and where it is not exactly Nacos'.</summary>
    public string Note { get; init; } = "";

    /// <summary>Decides which server statuses and which rate limit refuse it; null = none.</summary>
    public NamingOperation? Operation { get; init; }

    /// <summary>Taken from this machine only, unless the configuration says otherwise.</summary>
    public bool IsForOperators { get; init; }

    /// <summary>The path below which it is mapped is not the context path: our own endpoints.</summary>
    public bool IsOutsideContextPath { get; init; }
}
