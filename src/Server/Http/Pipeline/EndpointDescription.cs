using FastRegistry.Node.Admission;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>Describes an endpoint completely. The pipeline acts on the description, and the API's documents are generated from it.</summary>
/// <remarks>Part of the route's metadata, so the description is available wherever the endpoint is. Immutable.</remarks>
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

    /// <summary>The wording of its error for a missing parameter.</summary>
    public MissingParameterText MissingText { get; init; }

    /// <summary>Which parameters the parameter check covers.</summary>
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

/// <summary>The response style of an endpoint: how it reports success and failure.</summary>
internal enum ApiStyle
{
    /// <summary><c>/v1/ns</c>: bare words and objects; errors are texts. Also for our own endpoints.</summary>
    NamingV1,

    /// <summary><c>/v2</c>: everything in <c>{"code":0,"message":"success","data":…}</c>.</summary>
    V2,

    /// <summary><c>/v1/core</c>, <c>/v1/console</c>: mostly <c>{"code":200,"message":null,"data":…}</c>; errors are <c>caused: …;</c>.</summary>
    ConsoleV1,
}

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

/// <summary>One parameter of an endpoint, for people and for the generated description.</summary>
/// <param name="Name">As it is sent, in the query or a form.</param>
/// <param name="Type">What it holds.</param>
/// <param name="Text">One sentence.</param>
internal sealed record ParameterDescription(string Name, ParameterType Type, string Text)
{
    public bool IsRequired { get; init; }

    /// <summary>What counts when it is absent; null = nothing.</summary>
    public string? Default { get; init; }

    /// <summary>Other names it is taken under, the weakest last.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Part of the path, not of the query.</summary>
    public bool IsInPath { get; init; }

    /// <summary>It must be there.</summary>
    public static ParameterDescription Required(string name, ParameterType type, string text) => new(name, type, text) { IsRequired = true };

    /// <summary>It may be left out.</summary>
    public static ParameterDescription Optional(string name, ParameterType type, string? otherwise, string text) => new(name, type, text) { Default = otherwise };
}

/// <summary>What a parameter holds.</summary>
internal enum ParameterType
{
    Text,
    WholeNumber,
    Number,
    Flag,

    /// <summary>A JSON text.</summary>
    Json,
}

/// <summary>What an endpoint answers when it succeeds.</summary>
/// <param name="ContentType">Of the body.</param>
/// <param name="Example">A body, exact to the field.</param>
internal sealed record SuccessDescription(string ContentType, string Example)
{
    /// <summary>Type of the body, or of <c>data</c> in a result; null when it is a text or written by hand.</summary>
    public Type? BodyType { get; init; }

    /// <summary>The bare word <c>ok</c>.</summary>
    public static SuccessDescription Ok { get; } = Text("ok");

    /// <summary>A result whose data is <c>ok</c>.</summary>
    public static SuccessDescription OkResult { get; } = Json("""{"code":0,"message":"success","data":"ok"}""", typeof(string));

    public static SuccessDescription Text(string example) => new("text/plain", example);

    public static SuccessDescription Json(string example, Type? bodyType = null) => new("application/json", example) { BodyType = bodyType };
}

/// <summary>One way an endpoint can fail, for people and for the generated description.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Code of a v2 result; v1 does not tell it.</param>
/// <param name="Cause">When, or the words.</param>
internal sealed record ErrorDescription(int Status, ResultCode Code, string Cause);
