namespace FastRegistry.Load.Thresholds;

/// <summary>A threshold after a run.</summary>
/// <param name="Text">As it was given.</param>
/// <param name="Found">The value that was compared, in the threshold's unit; null when there was none, which fails it.</param>
internal sealed record ThresholdResult(string Text, double? Found, bool Held);
