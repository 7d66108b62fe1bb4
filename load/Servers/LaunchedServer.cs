using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Servers;

/// <summary>A server process the load tool has started.</summary>
/// <remarks>Owned by whoever started it, who calls it from one thread at a time; output arrives on pool threads. It does not outlive
/// <see cref="DisposeAsync"/>.</remarks>
internal sealed partial class LaunchedServer : IAsyncDisposable
{
    private const int SignalTerminate = 15;
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly ServerOutput _output = new();
    private readonly TaskCompletionSource<Match> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LaunchedServer(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>IP:PORT of native and gRPC-shaped clients.</summary>
    public string ClientAddress { get; private set; } = "";

    /// <summary>IP:PORT of HTTP.</summary>
    public string HttpAddress { get; private set; } = "";

    /// <summary>From the start of the process to the line that says it is ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>The newest lines it wrote, for messages about it.</summary>
    public IReadOnlyList<string> LastLines => _output.ToList();

    /// <summary>As load of this kind goes to it.</summary>
    public ServerAddress AddressFor(TargetKind target) => new(target == TargetKind.Http ? HttpAddress : ClientAddress, HttpAddress);

    /// <exception cref="CannotRunException">It cannot be started.</exception>
    public static LaunchedServer Start(ProcessStartInfo start)
    {
        Process process = new() { StartInfo = start };
        try
        {
            return new LaunchedServer(process);
        }
        catch (Win32Exception fault)
        {
            process.Dispose();
            throw new CannotRunException($"a server cannot be started as '{start.FileName}': {fault.Message}");
        }
    }

    /// <param name="startedAt">Stopwatch timestamp of its start.</param>
    /// <exception cref="CannotRunException">It ended, or is not ready in time.</exception>
    public async Task WaitUntilReadyAsync(long startedAt, TimeSpan deadline, CancellationToken cancellationToken)
    {
        using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task ended = _process.WaitForExitAsync(waiting.Token);
        Task first = await Task.WhenAny(_ready.Task, ended, Task.Delay(deadline, waiting.Token));
        await waiting.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (first != _ready.Task)
        {
            throw new CannotRunException(first == ended
                ? $"a server ended with exit code {_process.ExitCode} before it was ready: {_output.Complaint()}"
                : $"a server was not ready within {deadline.TotalSeconds:0} s: {_output.Complaint()}");
        }

        ReadyAfter = Stopwatch.GetElapsedTime(startedAt);
        Match ready = await _ready.Task;
        ClientAddress = ready.Groups[1].Value;
        HttpAddress = ready.Groups[2].Value;
    }

    /// <summary>Asks it to stop, and kills it when it does not.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited && SendSignal(_process.Id, SignalTerminate) == 0)
        {
            using CancellationTokenSource deadline = new(StopWithin);
            await _process.WaitForExitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await KillAsync();
    }

    /// <summary>Ends it at once, without a word to it.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        try
        {
            // A line, not the end: the guard must not signal a process number that may belong to somebody else by now.
            await _process.StandardInput.WriteLineAsync("ended");
            await _process.StandardInput.DisposeAsync();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // There is no guard any more.
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Add(line);
        if (line.Contains("is ready", StringComparison.Ordinal) && ReadyLine().Match(line) is { Success: true } ready)
        {
            _ready.TrySetResult(ready);
        }
    }

    [GeneratedRegex(@"clients on (127\.0\.0\.1:\d+), HTTP on http://(127\.0\.0\.1:\d+)")]
    private static partial Regex ReadyLine();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
