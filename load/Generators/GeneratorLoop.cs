using System.Text.Json;
using System.Threading.Channels;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Generators;

/// <summary>The generator's side of the conversation: takes requests, makes load, replies. One per generator process.</summary>
/// <remarks>
/// A thread of its own reads <paramref name="input"/>, because reading standard input blocks. It hands lines to <see cref="RunAsync"/>, which starts one
/// request's work at a time and so is free to see an interruption, or the end of the input, while it runs. The work and the progress timer write replies,
/// one at a time. The end of the input means that the coordinator is gone: whatever runs is given up within <see cref="AbortWithin"/>.
/// </remarks>
/// <param name="input">Lines of <see cref="GeneratorRequest"/>.</param>
/// <param name="output">Takes lines of <see cref="GeneratorReply"/>; nobody else may write to it.</param>
/// <param name="createPlan">Makes this generator's part of the plan.</param>
internal sealed class GeneratorLoop(TextReader input, TextWriter output, Func<RunSettings, GeneratorShare, ILoadPlan> createPlan)
{
    private const int WaitingLines = 16;
    private static readonly TimeSpan AbortWithin = TimeSpan.FromSeconds(1);

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(new BoundedChannelOptions(WaitingLines) { SingleReader = true, SingleWriter = true });
    private readonly ReplyWriter _replies = new(output);

    /// <summary>Serves until the plan is finished or the input ends.</summary>
    /// <returns>Whether the coordinator asked it to finish; false when it is gone.</returns>
    public async Task<bool> RunAsync()
    {
        new Thread(ReadLines) { IsBackground = true, Name = "Generator input" }.Start();
        await using GeneratorWork work = new(_replies, createPlan);
        Task current = Task.CompletedTask;
        await foreach (string line in _lines.Reader.ReadAllAsync())
        {
            if (!TryParse(line, out GeneratorRequest? request))
            {
                await _replies.SendAsync(new GeneratorReply.Failed("a generator was sent a line that is no request"));
            }
            else if (request is GeneratorRequest.Interrupt)
            {
                await work.InterruptAsync();
            }
            else if (work.IsBusy)
            {
                await _replies.SendAsync(new GeneratorReply.Failed($"a generator was sent {request.GetType().Name} before it had answered the request before"));
            }
            else
            {
                current = work.DoAsync(request);
                if (request is GeneratorRequest.Finish)
                {
                    await current;
                    return true;
                }
            }
        }

        await work.InterruptAsync();
        await Task.WhenAny(current, Task.Delay(AbortWithin));
        return false;
    }

    private static bool TryParse(string line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GeneratorRequest? request)
    {
        try
        {
            request = JsonSerializer.Deserialize(line, GeneratorJson.Default.GeneratorRequest);
        }
        catch (JsonException)
        {
            request = null;
        }

        return request is not null;
    }

    private void ReadLines()
    {
        try
        {
            while (input.ReadLine() is { } line)
            {
                // The coordinator waits for replies, so this is full only for one that does not keep to the protocol.
                if (!_lines.Writer.TryWrite(line))
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The same as its end.
        }

        _lines.Writer.Complete();
    }
}
