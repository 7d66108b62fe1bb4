using System.Runtime.InteropServices;
using System.Text;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Generators;

/// <summary>A generator process from its start to its end. To be entered before anybody else takes signals or writes to the console.</summary>
internal static class GeneratorProgram
{
    public static async Task<int> RunAsync(Func<RunSettings, GeneratorShare, ILoadPlan> createPlan)
    {
        // Ctrl-C reaches every process of the terminal. The coordinator says what is to be done about it; if it is gone, the input has ended.
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, static signal => signal.Cancel = true);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, static signal => signal.Cancel = true);

        UTF8Encoding plain = new(encoderShouldEmitUTF8Identifier: false);
        using StreamReader input = new(Console.OpenStandardInput(), plain);
        await using StreamWriter output = new(Console.OpenStandardOutput(), plain);

        // Whatever else is printed here must not end up among the replies.
        Console.SetOut(Console.Error);
        bool finished = await new GeneratorLoop(input, output, createPlan).RunAsync();
        if (!finished)
        {
            // Threads of work that was given up must not keep the process.
            Environment.Exit(ExitCode.Failed);
        }

        return ExitCode.Done;
    }
}
