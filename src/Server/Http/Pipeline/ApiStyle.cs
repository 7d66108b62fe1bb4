namespace FastRegistry.Server.Http.Pipeline;

/// <summary>The manners of an endpoint: how it says that it succeeded or failed.</summary>
internal enum ApiStyle
{
    /// <summary><c>/v1/ns</c>: bare words and objects; errors are texts. Also for our own endpoints.</summary>
    NamingV1,

    /// <summary><c>/v2</c>: everything in <c>{"code":0,"message":"success","data":…}</c>.</summary>
    V2,

    /// <summary><c>/v1/core</c>, <c>/v1/console</c>: mostly <c>{"code":200,"message":null,"data":…}</c>; errors are <c>caused: …;</c>.</summary>
    ConsoleV1,
}
