using System.Runtime.InteropServices;
using System.Text;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Generators;
using FastRegistry.Load.HttpComparison;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Restore;
using FastRegistry.Load.SelfCheck;

namespace FastRegistry.Load.Commands;

/// <summary>The process: which command, its arguments, Ctrl-C, and an exit code that says how it went.</summary>
internal static class LoadProgram
{
    private const string Compare = "compare";
    private const string SlowSubscriber = "slow-subscriber";
    private const string Beats = "beats";
    private const string Http = "http";
    private const string SelfCheck = "self-check";
    private const string Transports = "transports";

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [GeneratorCommand.Argument])
        {
            return await GeneratorProgram.RunAsync(LoadPlans.Create);
        }

        if (arguments is [] or ["--help" or "-h" or "help", ..])
        {
            Console.WriteLine(Usage());
            return arguments is [] ? ExitCode.WrongArguments : ExitCode.Done;
        }

        using CancellationTokenSource interrupted = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            return await RunCommandAsync(arguments[0], arguments[1..], interrupted.Token);
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
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("load: interrupted before it began");
            return ExitCode.Failed;
        }

        void Interrupt(PosixSignalContext signal)
        {
            // A second signal ends the process at once.
            signal.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        }
    }

    private static Task<int> RunCommandAsync(string command, string[] arguments, CancellationToken interrupted)
    {
        if (command == ScenarioNames.Connections && InMemoryArguments.AreMeant(arguments))
        {
            return InMemoryCommand.RunAsync(arguments, interrupted);
        }

        if (ScenarioCatalogue.Find(command) is { } definition)
        {
            return ScenarioCommand.RunAsync(definition, arguments, interrupted);
        }

        return command switch
        {
            Compare => CompareCommand.RunAsync(arguments, interrupted),
            RestoreArguments.Command => RestoreCommand.RunAsync(arguments, interrupted),
            SlowSubscriber => SlowSubscriberCommand.RunAsync(arguments, interrupted),
            Transports => TransportsCommand.RunAsync(arguments, interrupted),
            Beats => BeatsCommand.RunAsync(arguments, interrupted),
            Http => HttpCommand.RunAsync(arguments, interrupted),
            SelfCheck when arguments is [] => HarnessCheck.RunAsync(Console.Out, interrupted),
            SelfCheck => throw new ArgumentError($"{SelfCheck} takes no options"),
            _ => throw new ArgumentError($"unknown command '{command}'; 'load --help' lists them"),
        };
    }

    private static string Usage()
    {
        StringBuilder text = new("usage: load <command> [options]\n\nscenarios:\n");
        foreach (ScenarioDefinition definition in ScenarioCatalogue.All)
        {
            text.Append($"  {definition.Name,-16}{definition.Summary}\n");
        }

        text.Append($"  {RestoreArguments.Command,-16}clients lose their node, or their connections, and come back at once: when each has its lists again, and what that costs the node\n");
        text.Append($"\nothers:\n  {Compare,-16}run the product and the gRPC-shaped baseline in turns and print every figure with its goal\n");
        text.Append($"  {SlowSubscriber,-16}run pushes with and without a subscriber that never reads, in turns, and print what it costs the others\n");
        text.Append($"  {Transports,-16}the same connections to servers on epoll, on sockets and to the gRPC-shaped baseline, and what each costs\n");
        text.Append($"  {Beats,-16}have instances send beats over HTTP to the product and to a bare Kestrel endpoint, in turns, and compare the servers' processor time\n");
        text.Append($"  {Http,-16}beats and lists over HTTP, as many as are answered, by the product and by a bare Kestrel endpoint, in turns\n");
        text.Append($"  {SelfCheck,-16}measure a known delay and a known stall, and what the tool itself costs\n\n");
        text.Append("'load <command> --help' lists a command's options. A scenario without options takes less than a minute and goes to the default ports;\n'restore' starts its node itself.\n");
        text.Append("Exit codes: 0 = everything that was asked for held, 1 = it did not, or could not run, 2 = wrong arguments.");
        return text.ToString();
    }
}
