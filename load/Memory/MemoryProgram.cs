using System.Text.Json;
using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Phases;

namespace FastRegistry.Load.Memory;

/// <summary>The process: settings as one line of JSON on standard input, progress on standard error, figures as one line of JSON on standard output.</summary>
internal static class MemoryProgram
{
    private const int Done = 0;
    private const int Failed = 1;
    private const int WrongArguments = 2;

    public static async Task<int> RunAsync()
    {
        string? line = await Console.In.ReadLineAsync();
        if (line is null || JsonSerializer.Deserialize(line, InMemoryJson.Default.InMemorySettings) is not { } settings)
        {
            await Console.Error.WriteLineAsync("this program is started by 'load connections --transport memory', which tells it what to do");
            return WrongArguments;
        }

        // Its end is the end of whoever asked: nobody waits for figures any more.
        using CancellationTokenSource unwanted = new();
        Task guard = Task.Run(async () =>
        {
            await Console.In.ReadLineAsync(CancellationToken.None);
            await unwanted.CancelAsync();
        });
        try
        {
            InMemoryFigures figures = await new SessionRun(settings, static note => Console.Error.WriteLine(note)).RunAsync(unwanted.Token);
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(figures, InMemoryJson.Default.InMemoryFigures));
        }
        catch (Exception fault) when (fault is InvalidOperationException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(fault.Message);
            return Failed;
        }

        await guard.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Done;
    }
}
