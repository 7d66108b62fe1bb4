namespace FastRegistry.Tests;

/// <summary>Tests that measure or use what the process has once; nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasurementsCollection
{
    public const string Name = "measurements";
}
