using System.Text.Json;

namespace FastRegistry.Load.Generators;

/// <summary>Writes replies line by line. Any thread; shared by a generator's work and its progress timer.</summary>
internal sealed class ReplyWriter(TextWriter output)
{
    private readonly SemaphoreSlim _outputGate = new(1);

    /// <summary>Does nothing when nobody reads any more: the end of the input tells so too.</summary>
    public async Task SendAsync(GeneratorReply reply)
    {
        string line = JsonSerializer.Serialize(reply, GeneratorJson.Default.GeneratorReply);
        await _outputGate.WaitAsync();
        try
        {
            await output.WriteAsync(line + "\n");
            await output.FlushAsync();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The coordinator is gone.
        }
        finally
        {
            _outputGate.Release();
        }
    }
}
