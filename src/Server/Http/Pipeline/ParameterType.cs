namespace FastRegistry.Server.Http.Pipeline;

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
