namespace FastRegistry.Load.Commands;

/// <summary>The file of <c>--json</c>.</summary>
internal static class JsonFile
{
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
