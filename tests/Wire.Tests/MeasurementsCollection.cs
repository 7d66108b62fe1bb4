namespace FastRegistry.Wire.Tests;

/// <summary>Tests that measure the whole process and must have it to themselves.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasurementsCollection
{
    public const string Name = "Measurements";
}
