namespace FastRegistry.Load.Comparison;

/// <summary>The two things that are compared.</summary>
internal enum ComparisonSide
{
    /// <summary>The product over its own framing.</summary>
    Native,

    /// <summary>The same registry behind gRPC's shape on Kestrel, or another build or setting of the product.</summary>
    Baseline,
}
