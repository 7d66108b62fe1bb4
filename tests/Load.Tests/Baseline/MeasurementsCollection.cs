namespace FastRegistry.Load.Tests.Baseline;

/// <summary>Tests that read the memory of the process; nothing else runs beside them, because a reading during heavy allocation can even be negative.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasurementsCollection
{
    public const string Name = "baseline measurements";
}
