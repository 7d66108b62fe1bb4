namespace FastRegistry.Server.Http.Errors;

/// <summary>The forms in which Nacos answers an error.</summary>
internal enum ErrorBody
{
    /// <summary>The text alone. v1 naming.</summary>
    Text,

    /// <summary><c>caused: the text;</c> v1 core and console.</summary>
    CausedText,

    /// <summary>A JSON document with time, status, reason, message and path: what is refused before an endpoint sees it.</summary>
    Document,

    /// <summary>One line of text and headers against caching: the parameter check.</summary>
    Checker,

    /// <summary><c>{"code":…,"message":…,"data":…}</c>, code 0 = success, data = the text. v2.</summary>
    Result,

    /// <summary><c>{"code":…,"message":…,"data":…}</c>, code 200 = success, message = the text. v1 core and console.</summary>
    RestResult,
}
