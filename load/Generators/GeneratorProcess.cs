using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>A generator in a child process, driven over its standard input and output. Its standard error is passed through.</summary>
/// <remarks>Owned by <see cref="GeneratorGroup"/>. The child's life ends with <see cref="DisposeAsync"/> at the latest, or, if this process dies, with the end
/// of the child's input.</remarks>
internal sealed class GeneratorProcess : IGenerator
{
    private readonly Process _process;
    private readonly GeneratorLink _link;
    private readonly TimeSpan _exitWithin;
    private volatile string _lastErrorLine = "";

    private GeneratorProcess(Process process, TextWriter errors, TimeSpan exitWithin)
    {
        _exitWithin = exitWithin;
        _process = process;
        _process.ErrorDataReceived += (_, line) => TakeErrorLine(line.Data, errors);
        _process.Start();
        _process.BeginErrorReadLine();
        _link = new GeneratorLink(_process.StandardInput, _process.StandardOutput, ExplainEndAsync);
    }

    /// <summary>The child's process number.</summary>
    public int Id => _process.Id;

    /// <param name="command">The program and its arguments.</param>
    /// <param name="errors">Takes what the child writes to standard error; safe for any thread.</param>
    /// <param name="exitWithin">Time it has to exit after the end of its input before it is killed; null = 4 s.</param>
    /// <exception cref="CannotRunException">It cannot be started.</exception>
    public static GeneratorProcess Start(ImmutableArray<string> command, TextWriter errors, TimeSpan? exitWithin = null)
    {
        UTF8Encoding plain = new(encoderShouldEmitUTF8Identifier: false);
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = plain,
            StandardOutputEncoding = plain,
        };
        Process process = new() { StartInfo = start };
        try
        {
            return new GeneratorProcess(process, errors, exitWithin ?? TimeSpan.FromSeconds(4));
        }
        catch (Win32Exception fault)
        {
            process.Dispose();
            throw new CannotRunException($"a generator process cannot be started as '{string.Join(' ', command)}': {fault.Message}");
        }
    }

    public Task<PlanOutline> PlanAsync(RunSettings settings, GeneratorShare share, CancellationToken cancellationToken) =>
        _link.PlanAsync(settings, share, cancellationToken);

    public Task PrepareAsync(int stage, CancellationToken cancellationToken) => _link.PrepareAsync(stage, cancellationToken);

    public Task<GeneratorReply.Done> RunAsync(int stage, long startAt, Action<ScenarioProgress> progress, CancellationToken cancellationToken) =>
        _link.RunAsync(stage, startAt, progress, cancellationToken);

    public Task CleanAsync(int stage, CancellationToken cancellationToken) => _link.CleanAsync(stage, cancellationToken);

    public Task InterruptAsync() => _link.InterruptAsync();

    public Task<GeneratorReply.Finished> FinishAsync(CancellationToken cancellationToken) => _link.FinishAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // The end of its input is its sign to go.
        Task closing = _link.DisposeAsync().AsTask();
        if (!await ExitedAsync())
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await closing;
        _process.Dispose();
    }

    private async Task<bool> ExitedAsync()
    {
        using CancellationTokenSource deadline = new(_exitWithin);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<string> ExplainEndAsync() => await ExitedAsync()
        ? $"a generator process ended with exit code {_process.ExitCode}: {(_lastErrorLine.Length > 0 ? _lastErrorLine : "it said nothing")}"
        : "a generator process closed its output and went on";

    private void TakeErrorLine(string? line, TextWriter errors)
    {
        if (line is null)
        {
            return;
        }

        errors.WriteLine(line);

        // A stack trace follows the line that says what happened.
        if (!string.IsNullOrWhiteSpace(line) && !line.StartsWith(' '))
        {
            _lastErrorLine = line;
        }
    }
}
