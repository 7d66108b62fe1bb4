namespace FastRegistry.Server.Http;

/// <summary>A request that cannot be served, and the status and text that say so. Not a hot path: a well-behaved client never sees it.</summary>
internal sealed class ParameterError(string text, int status = StatusCodes.Status400BadRequest) : Exception(text)
{
    public int Status { get; } = status;

    public static ParameterError Required(string name) => new($"Param '{name}' is required.");

    public static ParameterError Illegal(string name, string rule) => new($"Param '{name}' is illegal, it {rule}.");

    /// <summary>Throws when a rule is broken.</summary>
    public static void ThrowIf(string name, string? brokenRule)
    {
        if (brokenRule is not null)
        {
            throw Illegal(name, brokenRule);
        }
    }
}
