using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using NBomber.Contracts.Stats;
using NBomber.CSharp;

namespace FastRegistry.Load.NBomber;

/// <summary>Takes the arguments of <c>load SCENARIO</c> and runs each stage of its plan, in order, as one NBomber run.</summary>
internal static class NBomberProgram
{
    private const string Terms =
        "NBomber is closed source since version 5 and free for personal use only; an organisation needs a licence from its makers (nbomber.com), whose key goes into NBOMBER_LICENSE";

    public static async Task<int> Main(string[] arguments)
    {
        Console.WriteLine(Terms);
        try
        {
            await using ILoadPlan plan = LoadPlans.Create(RunSettingsReader.Read(arguments), new GeneratorShare(Index: 0, Count: 1));
            long failures = 0;
            foreach (LoadStage stage in plan.Stages)
            {
                failures += Run(stage);
            }

            return failures == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (ArgumentError error)
        {
            await Console.Error.WriteLineAsync($"load: {error.Message}");
            return ExitCode.WrongArguments;
        }
        catch (CannotRunException reason)
        {
            await Console.Error.WriteLineAsync($"load: {reason.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>Blocks the main thread, because NBomber offers nothing else. Tells the iterations that failed.</summary>
    private static long Run(LoadStage stage)
    {
        AdaptedScenario scenario = new(stage.Scenario);
        var context = NBomberRunner
            .RegisterScenarios(scenario.ToNBomber())
            .WithTestSuite("FastRegistry")
            .WithTestName(stage.Scenario.Name)
            .WithScenarioCompletionTimeout(stage.Scenario.CompletionTimeout);
        if (Environment.GetEnvironmentVariable("NBOMBER_LICENSE") is { Length: > 0 } key)
        {
            context = context.WithLicense(key);
        }

        NodeStats statistics = context.Run();
        scenario.WriteMeasures(Console.Out);
        return statistics.AllFailCount;
    }
}
