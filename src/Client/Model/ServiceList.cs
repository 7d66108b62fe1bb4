using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>One page of the services of a group.</summary>
/// <param name="Total">Services of the group that have an instance.</param>
/// <param name="Names">The names on this page, sorted, without the group.</param>
public sealed record ServiceList(int Total, ImmutableArray<string> Names);
