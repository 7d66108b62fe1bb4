using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Collects the measures a scenario asks for while it is set up.</summary>
/// <remarks>Used by the scenario's Init, which is one thread at a time; read by the runner afterwards.</remarks>
internal sealed class ScenarioSetup(LoadScenario scenario, int recorders) : IScenarioSetup
{
    private readonly List<Measure> _measures = [];

    public IReadOnlyList<Measure> Measures => _measures;

    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public IMeasure CreateMeasure(string name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ArgumentException("the name of a measure must not be empty", nameof(name));
        }

        if (scenario.Steps.Contains(name) || _measures.Any(measure => measure.Name == name))
        {
            throw new ArgumentException($"the name '{name}' is taken by another step or measure of the scenario", nameof(name));
        }

        Measure added = new(name, recorders);
        _measures.Add(added);
        return added;
    }
}
