using FastRegistry.Registry.Rules;

namespace FastRegistry.Node.WatchedFiles;

/// <summary>Watches a file of settings and has its content applied when it changes.</summary>
/// <remarks>
/// <para>
/// One task of its own runs <see cref="RunAsync"/>, or a test calls <see cref="Step"/>; never two at a time. A file system that hangs holds up this task alone.
/// </para>
/// <para>
/// The content is read and compared once a second. Time and length of a file tell less: a rename may keep both, two writes may fall into one tick. Notification
/// by the system is not there on every file system and is lost when a link is swapped. A file of the size this one has costs some microseconds.
/// </para>
/// </remarks>
/// <param name="subject">What is in it, for log lines: "Connection rules".</param>
/// <param name="path">The file; need not exist yet.</param>
/// <param name="apply">Takes new content; throws <see cref="FileContentError"/> when it cannot be used. Null when the file is gone.</param>
/// <param name="maximumBytes">A larger file is a fault.</param>
/// <param name="timeProvider">When to look.</param>
/// <param name="log">One line per change and per fault.</param>
internal sealed class WatchedFile(string subject, string path, Action<ReadOnlyMemory<byte>?> apply, int maximumBytes, TimeProvider timeProvider, ILogger log)
{
    // Programs that do not rename delete and write anew: only a file that stays away counts as deleted.
    private const int LooksUntilGone = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private byte[] _buffer = new byte[4096];
    private byte[]? _seen;
    private string _fault = "";
    private int _missing;
    private long _faults;

    /// <summary>Times the file could not be used.</summary>
    public long Faults => Interlocked.Read(ref _faults);

    /// <summary>Throws when a setting cannot be the path of a file. The file itself need not exist.</summary>
    /// <exception cref="ConfigurationError">It cannot.</exception>
    public static void CheckPath(string key, string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || Directory.Exists(path))
        {
            throw new ConfigurationError(key, "must be the path of a file");
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval, timeProvider);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                Step();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server is stopping.
        }
    }

    /// <summary>Looks once.</summary>
    public void Step()
    {
        try
        {
            Take(ReadAll());
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            Missing();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FileContentError)
        {
            Report(fault.Message.ReplaceLineEndings(" "));
        }
    }

    private void Take(ReadOnlySpan<byte> content)
    {
        _missing = 0;
        if (_seen is not null && content.SequenceEqual(_seen))
        {
            return;
        }

        // Also when it is broken: one line per content.
        _seen = content.ToArray();
        apply(_seen);
        _fault = "";
        log.FileRead(subject, path);
    }

    private void Missing()
    {
        _missing++;
        if (_missing == 1 && _seen is null && _fault.Length == 0)
        {
            log.FileMissing(subject, path);
        }
        else if (_missing == LooksUntilGone && _seen is not null)
        {
            _seen = null;
            _fault = "";
            apply(null);
            log.FileGone(subject, path);
        }
    }

    private void Report(string fault)
    {
        if (fault != _fault)
        {
            _fault = fault;
            Interlocked.Increment(ref _faults);
            log.FileBroken(subject, path, fault);
        }
    }

    private ReadOnlySpan<byte> ReadAll()
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        int length = 0;
        while (true)
        {
            int read = file.Read(_buffer, length, _buffer.Length - length);
            if (read == 0)
            {
                return _buffer.AsSpan(0, length);
            }

            length += read;
            if (length > maximumBytes)
            {
                throw new FileContentError(JsonFields.WholeFile, $"must not be larger than {maximumBytes} bytes");
            }

            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }
    }
}

/// <summary>The log lines about watched files.</summary>
internal static partial class WatchedFileLog
{
    [LoggerMessage(22, LogLevel.Information, "{Subject}: read from {File}")]
    public static partial void FileRead(this ILogger log, string subject, string file);

    [LoggerMessage(23, LogLevel.Information, "{Subject}: {File} does not exist yet; there are none until it does")]
    public static partial void FileMissing(this ILogger log, string subject, string file);

    [LoggerMessage(24, LogLevel.Information, "{Subject}: {File} was deleted; there are none any more")]
    public static partial void FileGone(this ILogger log, string subject, string file);

    [LoggerMessage(25, LogLevel.Error, "{Subject}: {File} cannot be used, those before it stay: {Fault}")]
    public static partial void FileBroken(this ILogger log, string subject, string file, string fault);
}
