using FastRegistry.Registry.Rules;

namespace FastRegistry.Registry.Services;

/// <summary>What a registration or deregistration did.</summary>
/// <param name="Revision">Of the service afterwards.</param>
/// <param name="Count">Publications that were added, changed or removed.</param>
/// <param name="Error">Set when nothing was done, and why.</param>
internal readonly record struct RegistrationResult(long Revision, int Count, RequestError? Error = null);
