using System.Runtime.InteropServices;

namespace FastRegistry.Load.Commands;

/// <summary>The process: which command, its arguments, Ctrl-C, and an exit code that says how it went.</summary>
internal static class LoadProgram
{
    private const string Usage = """
        usage: load <command> [options]

        commands:
          connections   open many set-up connections, hold them, and tell what each costs the server

        'load <command> --help' lists a command's options.
        Exit codes: 0 = done as asked, 1 = it did not work, 2 = wrong arguments.
        """;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is [] or ["--help" or "-h" or "help", ..])
        {
            Console.WriteLine(Usage);
            return arguments is [] ? ExitCode.WrongArguments : ExitCode.Done;
        }

        using CancellationTokenSource interrupted = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        try
        {
            return arguments[0] switch
            {
                string command => throw new ArgumentError($"unknown command '{command}'; there is: connections"),
            };
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

        void Interrupt(PosixSignalContext signal)
        {
            // A second signal ends the process at once.
            signal.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        }
    }
}
