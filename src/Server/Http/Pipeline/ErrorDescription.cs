using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Http.Pipeline;

/// <summary>One way an endpoint can fail, for people and for the generated description.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Code of a v2 result; v1 does not tell it.</param>
/// <param name="Cause">When, or the words.</param>
internal sealed record ErrorDescription(int Status, ResultCode Code, string Cause);
