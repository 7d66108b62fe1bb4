using System.Diagnostics;
using FastRegistry.Load.Scenarios;

namespace FastRegistry.Load.Running;

/// <summary>Runs one scenario in this process: <see cref="PrepareAsync"/>, <see cref="RunAsync"/>, <see cref="CleanAsync"/>, each once, in this order.</summary>
/// <remarks>One owner calls them one after another; <see cref="ReadProgress"/> is for any thread. The load runs on a thread of its own.</remarks>
internal sealed class ScenarioRunner
{
    private readonly LoadScenario _scenario;
    private readonly ScenarioRunnerOptions _options;
    private readonly ScenarioSetup _setup;
    private readonly FirstException _firstException;
    private readonly int _recorders = Math.Clamp(Environment.ProcessorCount, 1, 8);
    private LoadSession? _session;
    private long _startAt;

    /// <exception cref="ArgumentException">The scenario does not fulfil a rule; names the field and the rule.</exception>
    public ScenarioRunner(LoadScenario scenario, ScenarioRunnerOptions? options = null)
    {
        ScenarioRules.Require(scenario);
        _scenario = scenario;
        _options = options ?? new ScenarioRunnerOptions();
        _setup = new ScenarioSetup(scenario, _recorders);
        _firstException = new FirstException(scenario.Name, _options.Errors ?? Console.Error);
    }

    /// <summary>What the first exception of an iteration said, of the warm-up too; null when there was none.</summary>
    public string? FirstException => _firstException.Text;

    /// <summary>Sets the scenario up and warms it up.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_scenario.Init is { } init)
        {
            await init(_setup, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_scenario.WarmUp > TimeSpan.Zero)
        {
            LoadSession warmUp = CreateSession();
            await RunOnOwnThreadAsync(warmUp, Stopwatch.GetTimestamp(), _scenario.WarmUp, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            GC.Collect();
        }
    }

    /// <summary>Runs the phases and measures them.</summary>
    /// <param name="startAt">Stopwatch timestamp, so that several processes begin together; 0 = now.</param>
    /// <param name="interrupted">Ends the phases early; what was measured until then is the result.</param>
    public async Task<ScenarioResult> RunAsync(long startAt, CancellationToken interrupted)
    {
        LoadSession session = CreateSession();
        _startAt = startAt > 0 ? startAt : Stopwatch.GetTimestamp();
        Volatile.Write(ref _session, session);
        foreach (Measure measure in _setup.Measures)
        {
            measure.Open();
        }

        double seconds = await RunOnOwnThreadAsync(session, _startAt, atMost: null, interrupted);
        foreach (Measure measure in _setup.Measures)
        {
            measure.Close();
        }

        return ResultOf(session, seconds);
    }

    public Task CleanAsync(CancellationToken cancellationToken) => _scenario.Clean?.Invoke(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Where the measured part is; all zero before it.</summary>
    public ScenarioProgress ReadProgress() => Volatile.Read(ref _session)?.ReadProgress(_startAt) ?? default;

    private LoadSession CreateSession() => new(_scenario, _options, _firstException, _recorders);

    private ScenarioResult ResultOf(LoadSession session, double seconds)
    {
        ScenarioResult[] parts =
        [
            .. session.Recorders.Select(recorder => new ScenarioResult(_scenario.Name, 0, 0, seconds, recorder.IterationsResult(), recorder.StepResults())),
        ];
        ScenarioResult merged = ScenarioResult.Merge(parts);
        return merged with
        {
            Asked = session.Asked,
            Started = session.Started,
            Steps = [.. merged.Steps, .. _setup.Measures.Select(static measure => measure.ToResult())],
        };
    }

    private Task<double> RunOnOwnThreadAsync(LoadSession session, long startAt, TimeSpan? atMost, CancellationToken interrupted)
    {
        TaskCompletionSource<double> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Thread thread = new(() =>
        {
            try
            {
                MonotonicSleep.SharpenThread();
                ended.SetResult(session.Run(startAt, atMost, interrupted));
            }
            catch (Exception exception)
            {
                ended.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = $"load {_scenario.Name}",
        };
        thread.Start();
        return ended.Task;
    }
}
