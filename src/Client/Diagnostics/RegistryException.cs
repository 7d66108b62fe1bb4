namespace FastRegistry.Client;

/// <summary>An operation of the client failed.</summary>
#pragma warning disable CA1032 // Always made with a code; the standard constructors would lose it.
public sealed class RegistryException : Exception
#pragma warning restore CA1032
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">What went wrong.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public RegistryException(RegistryErrorCode code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>What went wrong.</summary>
    public RegistryErrorCode Code { get; }

    /// <summary>The field to blame, when there is one: <c>weight</c>, <c>instances[2].port</c>.</summary>
    public string? Field { get; init; }

    /// <summary>The same call may succeed later.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the server asks to wait; null = no advice.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>A request went out and its fate is not known.</summary>
    internal bool MayHaveTakenEffect { get; init; }

    /// <summary>Repeating the same request cannot help.</summary>
    internal bool IsPermanent => Code is RegistryErrorCode.InvalidArgument or RegistryErrorCode.Conflict or RegistryErrorCode.NotSupported
        or RegistryErrorCode.MalformedBody or RegistryErrorCode.UnknownOperation;

    /// <summary>The same failure for another caller: an exception is thrown once.</summary>
    internal RegistryException Again() => new(Code, Message, this) { Field = Field, Retryable = Retryable, RetryAfter = RetryAfter };

    internal static RegistryException Invalid(string field, string rule) =>
        new(RegistryErrorCode.InvalidArgument, $"{field}: {rule}") { Field = field };
}
