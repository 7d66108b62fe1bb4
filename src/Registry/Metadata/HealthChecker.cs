namespace FastRegistry.Registry.Metadata;

/// <summary>The check of a cluster's persistent instances, with the parameters of its type; those of other types are empty.</summary>
internal sealed record HealthChecker(HealthCheckType Type)
{
    /// <summary>The default of Nacos.</summary>
    public static HealthChecker Tcp { get; } = new(HealthCheckType.Tcp);

    /// <summary>Of an HTTP check. Default empty: the root.</summary>
    public string Path { get; init; } = "";

    /// <summary>Of an HTTP check: <c>name:value|name:value</c>.</summary>
    public string Headers { get; init; } = "";

    /// <summary>Of an HTTP check. Default 200.</summary>
    public int ExpectedResponseCode { get; init; } = 200;

    /// <summary>Of a MySQL check.</summary>
    public string? User { get; init; }

    /// <summary>Of a MySQL check.</summary>
    public string? Password { get; init; }

    /// <summary>Of a MySQL check: the statement.</summary>
    public string? Command { get; init; }

    /// <summary>Without the password: a record would print it.</summary>
    public override string ToString() => Type.ToString();
}
