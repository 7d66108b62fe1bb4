using FastRegistry.Load.InMemory;
using FastRegistry.Load.Memory.Phases;
using FastRegistry.Load.Tests.Baseline;

namespace FastRegistry.Load.Tests.InMemory;

/// <summary>The whole measurement with few sessions, in this process.</summary>
[Collection(MeasurementsCollection.Name)]
public sealed class SessionRunTests
{
    [Fact]
    public async Task All_sessions_answer_one_probe_wave_and_each_is_released_once_by_the_other()
    {
        InMemorySettings settings = new() { Connections = 2000, SettleSeconds = 0, IdleSeconds = 1, ProbeAnswerSeconds = 1 };
        List<string> notes = [];

        InMemoryFigures figures = await new SessionRun(settings, notes.Add).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal((2000, 0, 2000), (figures.Sessions, figures.Lost, figures.Answered));
        Assert.Equal((2000, 0, 0), (figures.Eject.ReleasedOnce, figures.Eject.ReleasedAgain, figures.Eject.ReleasedEarly));
        Assert.Equal(0, figures.Left);
        Assert.True(figures.Eject.ClosedAfterSeconds >= figures.Eject.Cost.Seconds);
        Assert.All([figures.SetUp, figures.Probe, figures.Eject.Cost], static cost => Assert.True(cost is { Seconds: > 0, CpuSeconds: > 0, AllocatedBytes: > 0, PeakResidentBytes: > 0 }, $"{cost}"));

        // Shares of a connection, whatever else this process does meanwhile; the bound of a session is held by a test of the server.
        Assert.InRange(figures.Heap.PipesBytes, 500, 5000);
        Assert.InRange(figures.Heap.WithoutPipesBytes, 200, 5000);
        Assert.NotEmpty(notes);
    }

    [Fact]
    public async Task It_ends_when_nobody_wants_the_figures_any_more()
    {
        using CancellationTokenSource unwanted = new(TimeSpan.FromMilliseconds(200));
        SessionRun run = new(new InMemorySettings { Connections = 100 }, static _ => { });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.RunAsync(unwanted.Token));
    }
}
