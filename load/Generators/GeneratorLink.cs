using System.Text.Json;
using System.Threading.Channels;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Plans;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Generators;

/// <summary>The coordinator's side of the conversation with one generator, over any pair of line streams.</summary>
/// <remarks>One task reads replies from construction until the generator's output ends, and puts them into a bounded channel that the one waiting call takes
/// from; progress goes to the running call's callback. The end of the output fails the waiting call and all later ones with what
/// <paramref name="explainEnd"/> finds out.</remarks>
/// <param name="requests">The generator's input.</param>
/// <param name="replies">The generator's output.</param>
/// <param name="explainEnd">One line for people that says why the generator's output has ended.</param>
internal sealed class GeneratorLink(TextWriter requests, TextReader replies, Func<Task<string>> explainEnd) : IGenerator
{
    private const int WaitingReplies = 4;

    private readonly SemaphoreSlim _requestsGate = new(1);
    private readonly Channel<GeneratorReply> _answers = Channel.CreateBounded<GeneratorReply>(WaitingReplies);
    private volatile Action<ScenarioProgress>? _progress;
    private Task? _reading;

    public async Task<PlanOutline> PlanAsync(RunSettings settings, GeneratorShare share, CancellationToken cancellationToken) =>
        (await AskAsync<GeneratorReply.Planned>(new GeneratorRequest.Plan(settings, share), cancellationToken)).Outline;

    public Task PrepareAsync(int stage, CancellationToken cancellationToken) =>
        AskAsync<GeneratorReply.Prepared>(new GeneratorRequest.Prepare(stage), cancellationToken);

    public async Task<GeneratorReply.Done> RunAsync(int stage, long startAt, Action<ScenarioProgress> progress, CancellationToken cancellationToken)
    {
        _progress = progress;
        try
        {
            return await AskAsync<GeneratorReply.Done>(new GeneratorRequest.Run(stage, startAt), cancellationToken);
        }
        finally
        {
            _progress = null;
        }
    }

    public Task CleanAsync(int stage, CancellationToken cancellationToken) =>
        AskAsync<GeneratorReply.Cleaned>(new GeneratorRequest.Clean(stage), cancellationToken);

    public Task InterruptAsync() => SendAsync(new GeneratorRequest.Interrupt());

    public Task<GeneratorReply.Finished> FinishAsync(CancellationToken cancellationToken) =>
        AskAsync<GeneratorReply.Finished>(new GeneratorRequest.Finish(), cancellationToken);

    /// <summary>Closes the generator's input, at whose end it exits, and reads its output to the end. Whoever owns the streams must see to it that it ends.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await requests.DisposeAsync();
        }
        catch (IOException)
        {
            // It is gone already.
        }

        await (_reading ?? Task.CompletedTask);
    }

    private async Task<TReply> AskAsync<TReply>(GeneratorRequest request, CancellationToken cancellationToken)
        where TReply : GeneratorReply
    {
        _reading ??= ReadAsync();
        await SendAsync(request);
        GeneratorReply reply;
        try
        {
            reply = await _answers.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException closed)
        {
            throw closed.InnerException is CannotRunException reason ? new CannotRunException(reason.Message) : closed;
        }

        return reply switch
        {
            TReply expected => expected,
            GeneratorReply.Failed failed => throw new CannotRunException(failed.Text),
            _ => throw new CannotRunException($"a generator answered {reply.GetType().Name} to {request.GetType().Name}"),
        };
    }

    private async Task SendAsync(GeneratorRequest request)
    {
        string line = JsonSerializer.Serialize(request, GeneratorJson.Default.GeneratorRequest);
        await _requestsGate.WaitAsync();
        try
        {
            await requests.WriteAsync(line + "\n");
            await requests.FlushAsync();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // It is gone: the end of its output tells why.
        }
        finally
        {
            _requestsGate.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await replies.ReadLineAsync() is { } line)
            {
                GeneratorReply? reply = JsonSerializer.Deserialize(line, GeneratorJson.Default.GeneratorReply);
                if (reply is GeneratorReply.Progress progress)
                {
                    _progress?.Invoke(progress.At);
                }
                else if (reply is null || !_answers.Writer.TryWrite(reply))
                {
                    throw new JsonException("more replies than requests");
                }
            }

            _answers.Writer.Complete(new CannotRunException(await explainEnd()));
        }
        catch (JsonException fault)
        {
            _answers.Writer.Complete(new CannotRunException($"a generator process wrote something that is no reply: {fault.Message.ReplaceLineEndings(" ")}"));
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            _answers.Writer.Complete(new CannotRunException(await explainEnd()));
        }
    }
}
