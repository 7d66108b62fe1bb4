using FastRegistry.Server.Registry.Selection;

namespace FastRegistry.Server.Http.Lists;

/// <summary>The list of a snapshot as one kind of reader is answered it: everything that does not change from answer to answer, encoded. Immutable, shared.</summary>
/// <param name="Clusters">As they were asked for, UTF-8.</param>
/// <param name="Filter">What they and the health filter mean.</param>
/// <param name="Head">The answer up to the number behind <c>cacheMillis</c>.</param>
/// <param name="Hosts">From there to the number behind <c>lastRefTime</c>.</param>
/// <param name="Tail">From there to the last member; the brace that ends it is not in it.</param>
internal sealed record ListForm(byte[] Clusters, InstanceFilter Filter, byte[] Head, byte[] Hosts, byte[] Tail);
