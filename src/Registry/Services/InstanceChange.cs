using FastRegistry.Registry.Instances;

namespace FastRegistry.Registry.Services;

/// <summary>What became of an identity in an interval.</summary>
/// <param name="Identity">Which one.</param>
/// <param name="Now">As it is listed at the end of the interval; null = not any more.</param>
internal readonly record struct InstanceChange(InstanceIdentity Identity, Instance? Now);
