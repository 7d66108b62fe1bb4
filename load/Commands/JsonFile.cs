namespace FastRegistry.Load.Commands;

/// <summary>The file of <c>--json</c>.</summary>
internal static class JsonFile
{
    /// <summary>Finds out before the run what would otherwise cost its result. An existing file keeps what it has until then.</summary>
    /// <exception cref="CannotRunException">It cannot be written.</exception>
    public static void RequireWritable(string? file)
    {
        if (file is null)
        {
            return;
        }

        try
        {
            using FileStream opened = new(file, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"--json: cannot write '{file}': {fault.Message}");
        }
    }

    /// <exception cref="CannotRunException">It cannot be written.</exception>
    public static async Task WriteAsync(string file, byte[] json)
    {
        try
        {
            await File.WriteAllBytesAsync(file, json);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CannotRunException($"--json: cannot write '{file}': {fault.Message}");
        }
    }
}
