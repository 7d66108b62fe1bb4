using FastRegistry.Load.Reports;
using FastRegistry.Load.Scenarios;
using NBomber.Contracts;
using NBomber.CSharp;

namespace FastRegistry.Load.NBomber;

/// <summary>A scenario in NBomber's form, with the measures it makes.</summary>
/// <remarks>One per stage and run. NBomber calls the iterations from many threads, and what sets them up and ends them from one.</remarks>
internal sealed class AdaptedScenario(LoadScenario scenario) : IScenarioSetup
{
    private readonly MeasuredTime _measuredTime = new();
    private readonly List<HistogramMeasure> _measures = [];
    private long _warmUpIterations;
    private long _iterations;

    public IMeasure CreateMeasure(string name)
    {
        HistogramMeasure measure = new(name, _measuredTime);
        _measures.Add(measure);
        return measure;
    }

    public ScenarioProps ToNBomber()
    {
        ScenarioProps adapted = Scenario
            .Create(scenario.Name, async context => await RunAsync(context))
            .WithInit(async _ => await (scenario.Init?.Invoke(this, CancellationToken.None) ?? Task.CompletedTask))
            .WithClean(async _ => await CleanAsync())
            .WithLoadSimulations([.. scenario.Phases.Select(Simulations.From)])
            // A failed step does not end its iteration, and failures do not end the run: scenarios decide that themselves.
            .WithRestartIterationOnFail(false)
            .WithMaxFailCount(int.MaxValue);
        return scenario.WarmUp > TimeSpan.Zero ? adapted.WithWarmUpDuration(scenario.WarmUp) : adapted.WithoutWarmUp();
    }

    /// <summary>What NBomber's own report does not have.</summary>
    public void WriteMeasures(TextWriter writer)
    {
        foreach (HistogramMeasure measure in _measures)
        {
            writer.WriteLine($"{measure.Name}: {ReportNumbers.Count(measure.Latency.Count)} ok, {ReportNumbers.Count(measure.Failures.Total)} failed; {ReportLines.Latency(measure.Latency.Summarise())}");
        }
    }

    private async Task<IResponse> RunAsync(IScenarioContext context)
    {
        ScenarioOperation operation = context.ScenarioInfo.ScenarioOperation;
        _measuredTime.IterationBegins(operation);
        ref long counter = ref operation == ScenarioOperation.Bombing ? ref _iterations : ref _warmUpIterations;
        IterationContext iteration = new(context, Interlocked.Increment(ref counter) - 1);
        return Responses.From(await scenario.Run(iteration));
    }

    private Task CleanAsync()
    {
        _measuredTime.End();
        return scenario.Clean?.Invoke(CancellationToken.None) ?? Task.CompletedTask;
    }
}
