using FastRegistry.Load.Commands;
using FastRegistry.Load.Consoles;
using FastRegistry.Load.Generators;

namespace FastRegistry.Load.Comparison;

/// <summary><c>load slow-subscriber</c>: arguments, the pairs, the table, the exit code.</summary>
internal static class SlowSubscriberCommand
{
    /// <exception cref="ArgumentError">An argument is wrong.</exception>
    /// <exception cref="CannotRunException">A server cannot be started, or a run was no measurement.</exception>
    public static async Task<int> RunAsync(string[] arguments, CancellationToken interrupted)
    {
        if (arguments is ["--help" or "-h"])
        {
            Console.WriteLine(SlowSubscriberArguments.Usage);
            return ExitCode.Done;
        }

        SlowSubscriberArguments read = SlowSubscriberArguments.Read(arguments);
        IRunConsole console = read.Quiet ? new QuietConsole() : new RunConsole(Console.Error, !Console.IsErrorRedirected, TimeProvider.System);
        List<(SlowSubscriberRun Without, SlowSubscriberRun With)> pairs = await new SlowSubscriberRunner(read, console).RunAsync(interrupted);
        if (pairs.Count == 0)
        {
            throw new CannotRunException("interrupted before the first pair was complete");
        }

        Console.Write(SlowSubscriberText.Write(read, pairs));
        return interrupted.IsCancellationRequested || SlowSubscriberText.Ratio(pairs) > SlowSubscriberText.Goal ? ExitCode.Failed : ExitCode.Done;
    }
}
