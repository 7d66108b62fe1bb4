using FastRegistry.Registry.Selection;

namespace FastRegistry.Registry.Services;

/// <summary>Everything that changed in a list between two revisions. Immutable.</summary>
/// <remarks>The changes are states at the end, so they lead from any revision inside the interval to its end, not only from its beginning.</remarks>
/// <param name="From">Revision of the older list.</param>
/// <param name="To">Revision of the newer list.</param>
/// <param name="Changes">Each identity once. An identity that changed and changed back may be among them.</param>
/// <param name="Protection">Who saw the older list protected; null = nobody, its service had no metadata.</param>
internal sealed record ChangeInterval(long From, long To, InstanceChange[] Changes, ProtectionLog? Protection = null);
