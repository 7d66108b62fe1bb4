namespace FastRegistry.Server.Http.Endpoints;

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
