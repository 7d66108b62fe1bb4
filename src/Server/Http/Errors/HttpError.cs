using FastRegistry.Registry.Rules;
using FastRegistry.Wire.Framing;

namespace FastRegistry.Server.Http.Errors;

/// <summary>A request that cannot be served: status, result code and text. The endpoint's style decides the form of the response, unless the error sets <see
/// cref="Body"/>.</summary>
/// <remarks>Not a hot path: a well-behaved client never gets one. Frequent outcomes, such as the beat of an unknown instance, are answers, not
/// errors.</remarks>
internal sealed class HttpError : Exception
{
    private const int MaximumQuotedLength = 200;

    public HttpError(string text, int status = StatusCodes.Status400BadRequest, ResultCode code = ResultCode.ParameterValidateError, ErrorBody? body = null)
        : base(text)
    {
        Status = status;
        Code = code;
        Body = body;
    }

    public int Status { get; }

    /// <summary>Written in v2 responses only.</summary>
    public ResultCode Code { get; }

    /// <summary>The form of the response; null = the endpoint's.</summary>
    public ErrorBody? Body { get; }

    /// <summary>How long the client should wait before it retries; zero = the response does not say.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>With 405: the methods that the path supports.</summary>
    public string? Allow { get; init; }

    /// <summary>400: a value breaks a rule.</summary>
    public static HttpError Illegal(string text, ResultCode code = ResultCode.ParameterValidateError) => new(text, code: code);

    /// <summary>400: a named parameter breaks a rule that Nacos has no words for.</summary>
    public static HttpError IllegalParameter(string name, string rule) => new($"Param '{name}' is illegal, it {rule}.");

    /// <summary>400, in the form of Nacos' parameter check.</summary>
    public static HttpError Checked(string text) => new(text, body: ErrorBody.Checker);

    /// <summary>404.</summary>
    public static HttpError NotFound(string text, ResultCode code = ResultCode.ResourceNotFound) => new(text, StatusCodes.Status404NotFound, code);

    /// <summary>501: known and understood, and not in this version.</summary>
    public static HttpError NotSupported(string text) => new(text, StatusCodes.Status501NotImplemented, ResultCode.ServerError);

    /// <summary>400: a text is not a number. The message is Java's.</summary>
    public static HttpError NotANumber(string text) => new($"For input string: \"{Quote(text)}\"");

    /// <summary>400: a parameter is absent or blank.</summary>
    public static HttpError Missing(string name, string type, MissingParameterText wording)
    {
        string text = wording switch
        {
            MissingParameterText.Missing => $"Parameter '{name}' is missing",
            MissingParameterText.RequiredOfType => $"Required parameter '{name}' type {type} is not present",
            MissingParameterText.RequiredRequestParameter => $"Required request parameter '{name}' for method parameter type {type} is not present",
            MissingParameterText.RequiredIsMissing => $"required parameter '{name}' is missing",
            _ => $"Param '{name}' is required.",
        };
        return new HttpError(text, code: ResultCode.ParameterMissing);
    }

    /// <summary>An error of the registry: 503 when the same request may succeed later, else 400.</summary>
    public static HttpError Of(RequestError error)
    {
        int status = error.Retryable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest;

        // A conflict with the kind of a service has the form of an exception inside Nacos, including the trailing blank.
        string text = error.Code == ErrorCode.Conflict ? $"errCode: {status}, errMsg: {error.Text} " : error.Text;
        return new HttpError(text, status, ResultCode.ServerError) { RetryAfter = error.RetryAfter };
    }

    /// <summary>Throws when a rule is broken.</summary>
    public static void ThrowIf(string name, string? brokenRule)
    {
        if (brokenRule is not null)
        {
            throw IllegalParameter(name, brokenRule);
        }
    }

    /// <summary>Makes a client's text safe to echo: control characters become blanks, and the text is cut after 200 characters.</summary>
    public static string Quote(string text)
    {
        string line = string.Create(Math.Min(text.Length, MaximumQuotedLength), text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            }
        });
        return text.Length > MaximumQuotedLength ? $"{line}..." : line;
    }
}

/// <summary>The forms in which Nacos answers an error.</summary>
internal enum ErrorBody
{
    /// <summary>The text alone. v1 naming.</summary>
    Text,

    /// <summary><c>caused: the text;</c> v1 core and console.</summary>
    CausedText,

    /// <summary>A JSON document with time, status, reason, message and path: for requests that are rejected before they reach an endpoint.</summary>
    Document,

    /// <summary>One line of text and headers against caching: the parameter check.</summary>
    Checker,

    /// <summary><c>{"code":…,"message":…,"data":…}</c>, code 0 = success, data = the text. v2.</summary>
    Result,

    /// <summary><c>{"code":…,"message":…,"data":…}</c>, code 200 = success, message = the text. v1 core and console.</summary>
    RestResult,
}

/// <summary>The wording of the error for a missing parameter: Nacos has five, and each endpoint keeps its own.</summary>
internal enum MissingParameterText
{
    /// <summary><c>Param 'x' is required.</c> Most of v1 naming.</summary>
    Required,

    /// <summary><c>Parameter 'x' is missing</c>. v1 methods with declared parameters.</summary>
    Missing,

    /// <summary><c>Required parameter 'x' type String is not present</c>. v2 forms.</summary>
    RequiredOfType,

    /// <summary><c>Required request parameter 'x' for method parameter type String is not present</c>. v2 methods with declared parameters.</summary>
    RequiredRequestParameter,

    /// <summary><c>required parameter 'x' is missing</c>. v2 namespaces and nodes.</summary>
    RequiredIsMissing,
}
