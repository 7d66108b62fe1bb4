using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FastRegistry.Tests;

namespace FastRegistry.ProcessTests;

/// <summary>A process a test has started, its output line by line, and signals to it. Killed at the end of the test at the latest.</summary>
internal sealed partial class RunningProgram : IAsyncDisposable
{
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;
    public const int SignalContinue = 18;
    public const int SignalStop = 19;

    private readonly Process _process;
    private readonly Lock _linesGate = new();
    private readonly List<string> _lines = [];

    private RunningProgram(Process process) => _process = process;

    public int Id => _process.Id;

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_linesGate)
            {
                return [.. _lines];
            }
        }
    }

    public static RunningProgram Start(string assembly, params string[] arguments) => StartCommand("dotnet", [assembly, .. arguments]);

    public static RunningProgram StartCommand(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = new() { StartInfo = start };
        RunningProgram program = new(process);
        process.OutputDataReceived += (_, line) => program.Add(line.Data);
        process.ErrorDataReceived += (_, line) => program.Add(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    /// <summary>Writes a line to its standard input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public void Signal(int signal) => Signal(_process.Id, signal);

    public static void Signal(int processId, int signal) => Assert.Equal(0, SendSignal(processId, signal));

    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        using CancellationTokenSource timeout = new(deadline);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits for a line that fits, among those printed so far or later.</summary>
    public Task<string> WaitForLineAsync(Func<string, bool> fits, TimeSpan deadline) =>
        Eventually.GetAsync(() => Lines.FirstOrDefault(fits), deadline, () => $"no such line in:\n{string.Join('\n', Lines)}");

    /// <summary>Waits until the last line fits.</summary>
    public Task WaitForLastLineAsync(Func<string, bool> fits, TimeSpan deadline) =>
        Eventually.GetAsync(() => Lines is [.., { } last] && fits(last) ? last : null, deadline, () => $"the last line does not fit:\n{string.Join('\n', Lines)}");

    /// <summary>Waits for a process this one has started, and tells its id.</summary>
    /// <param name="lastArgument">Of its command line.</param>
    /// <param name="deadline">For its start.</param>
    public async Task<int> FindChildAsync(string lastArgument, TimeSpan deadline)
    {
        string found = await Eventually.GetAsync(
            () => Children().FirstOrDefault(child => EndsWith(child, lastArgument)), deadline, () => $"no process '{lastArgument}' was started");
        return int.Parse(found, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // A stopped process dies of SIGKILL too.
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private string[] Children() => [.. Directory
        .EnumerateDirectories($"/proc/{Id}/task")
        .SelectMany(static task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static bool EndsWith(string process, string lastArgument)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").TrimEnd('\0').EndsWith($"\0{lastArgument}", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended.
            return false;
        }
    }

    private void Add(string? line)
    {
        if (line is not null)
        {
            lock (_linesGate)
            {
                _lines.Add(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
