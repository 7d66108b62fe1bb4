namespace FastRegistry.Client.Subscribing;

/// <summary>What a delta does to a list.</summary>
internal enum DeltaOutcome
{
    /// <summary>It leads from this list to a newer one.</summary>
    Applied,

    /// <summary>The list is as new already.</summary>
    Old,

    /// <summary>It builds on another list: a whole one must be asked for.</summary>
    DoesNotFit,
}
