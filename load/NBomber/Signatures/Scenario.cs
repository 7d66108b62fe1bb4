using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Makes scenarios; each method gives a copy.</summary>
public static class Scenario
{
    public static ScenarioProps Create(string name, Func<IScenarioContext, Task<IResponse>> run) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithInit(this ScenarioProps scenario, Func<IScenarioInitContext, Task> initFunc) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithClean(this ScenarioProps scenario, Func<IScenarioInitContext, Task> cleanFunc) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithWarmUpDuration(this ScenarioProps scenario, TimeSpan duration) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithoutWarmUp(this ScenarioProps scenario) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithLoadSimulations(this ScenarioProps scenario, params LoadSimulation[] loadSimulations) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithRestartIterationOnFail(this ScenarioProps scenario, bool shouldRestart) => throw SignaturesOnly.Fault;

    public static ScenarioProps WithMaxFailCount(this ScenarioProps scenario, int maxFailCount) => throw SignaturesOnly.Fault;
}
