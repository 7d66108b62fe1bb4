using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>Both sides of the conversation in one process: a generator loop and a link to it.</summary>
internal sealed class LocalGenerator : IAsyncDisposable
{
    private readonly LinePipe _requests = new();
    private readonly LinePipe _replies = new();

    public LocalGenerator(Func<RunSettings, GeneratorShare, ILoadPlan> createPlan)
    {
        Loop = RunLoopAsync(createPlan);
        Link = new GeneratorLink(_requests.Writer, _replies.Reader, static () => Task.FromResult("it is gone"));
    }

    public static RunSettings Settings { get; } = new() { Scenario = "fake", Servers = [new ServerAddress("127.0.0.1:1", "127.0.0.1:2")] };

    public GeneratorLink Link { get; }

    /// <summary>Its result tells whether it was asked to finish.</summary>
    public Task<bool> Loop { get; }

    public TextWriter Requests => _requests.Writer;

    public ValueTask DisposeAsync() => Link.DisposeAsync();

    private async Task<bool> RunLoopAsync(Func<RunSettings, GeneratorShare, ILoadPlan> createPlan)
    {
        bool finished = await new GeneratorLoop(_requests.Reader, _replies.Writer, createPlan).RunAsync();
        await _replies.Writer.DisposeAsync();
        return finished;
    }
}
