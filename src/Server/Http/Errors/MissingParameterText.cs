namespace FastRegistry.Server.Http.Parameters;

/// <summary>How an endpoint words that a parameter is missing: Nacos has five ways, and each endpoint keeps its own.</summary>
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
