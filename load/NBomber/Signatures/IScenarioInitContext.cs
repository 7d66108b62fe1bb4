namespace NBomber.Contracts;

/// <summary>Given to what sets a scenario up and ends it.</summary>
public interface IScenarioInitContext;
