namespace FastRegistry.Load.HttpComparison;

/// <summary>Which of the two servers of a pair.</summary>
internal enum HttpSide
{
    /// <summary>FastRegistry.</summary>
    Product,

    /// <summary>Kestrel alone, with the product's settings and answers that are made beforehand.</summary>
    Bare,
}
