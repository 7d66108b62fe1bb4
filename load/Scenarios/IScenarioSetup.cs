namespace FastRegistry.Load.Scenarios;

/// <summary>What a scenario is given before its first iteration.</summary>
internal interface IScenarioSetup
{
    /// <summary>A measure that appears in the results beside the steps.</summary>
    /// <param name="name">Unique in the scenario.</param>
    IMeasure CreateMeasure(string name);
}
