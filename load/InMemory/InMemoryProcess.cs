using System.Diagnostics;
using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Servers;

namespace FastRegistry.Load.InMemory;

/// <summary>Runs the program with the sessions: its memory and processor time are then nobody else's.</summary>
internal static class InMemoryProcess
{
    /// <param name="note">Takes its lines of progress.</param>
    /// <exception cref="CannotRunException">It is not built, or ended without figures.</exception>
    public static async Task<InMemoryFigures> RunAsync(InMemorySettings settings, Action<string> note, CancellationToken interrupted)
    {
        ProcessStartInfo start = new(ServerLauncher.DotnetPath(), [ServerProject.Memory.Find(userPath: null, AppContext.BaseDirectory)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start) ?? throw new CannotRunException("the program with the sessions could not be started");
        string lastNote = "nothing";
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                lastNote = text;
                note(text);
            }
        };
        process.BeginErrorReadLine();
        try
        {
            await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(settings, InMemoryJson.Default.InMemorySettings).AsMemory(), interrupted);
            await process.StandardInput.FlushAsync(interrupted);
            string? line = await process.StandardOutput.ReadLineAsync(interrupted);
            return line is not null && JsonSerializer.Deserialize(line, InMemoryJson.Default.InMemoryFigures) is { } figures
                ? figures
                : throw new CannotRunException($"the program with the sessions ended without figures; its last words: {lastNote}");
        }
        finally
        {
            // The end of its input is the end of it.
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(5)))
            {
                process.Kill();
            }
        }
    }
}
