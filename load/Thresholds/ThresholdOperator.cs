namespace FastRegistry.Load.Thresholds;

/// <summary>How a threshold compares what was found with its limit.</summary>
internal enum ThresholdOperator
{
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    NotEqual,
}
