namespace FastRegistry.Server.Http.Pipeline;

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
