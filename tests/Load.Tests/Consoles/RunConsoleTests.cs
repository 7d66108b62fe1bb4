using FastRegistry.Load.Consoles;
using FastRegistry.Load.Running;
using FastRegistry.Load.Tests.Reports;
using FastRegistry.Tests;

namespace FastRegistry.Load.Tests.Consoles;

public sealed class RunConsoleTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly StringWriter _output = new();

    [Fact]
    public void Without_a_terminal_there_is_at_most_one_line_in_five_seconds()
    {
        RunConsole console = new(_output, interactive: false, _time);
        console.StageStarting("query", "inject rate=100 interval=1s during=60s");
        for (int tick = 1; tick <= 600; tick++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            console.Progress(Progress(tick / 10.0, plannedSeconds: 60), okPerSecond: 99.5);
        }

        string[] lines = Lines();
        Assert.Equal(1 + 12, lines.Length);
        Assert.Equal("query: inject rate=100 interval=1s during=60s", lines[0]);
        Assert.Equal("query: 8 %, 5.00 s, 99.5/s, failed 3, active 64", lines[1]);
        Assert.Equal("query: 100 %, 60.0 s, 99.5/s, failed 3, active 64", lines[^1]);
        Assert.DoesNotContain('\r', _output.ToString());
    }

    [Fact]
    public void On_a_terminal_the_line_is_drawn_anew_and_makes_way_for_the_summary()
    {
        RunConsole console = new(_output, interactive: true, _time);
        console.StageStarting("query", "inject");
        _time.Advance(TimeSpan.FromSeconds(1));
        console.Progress(Progress(5, plannedSeconds: 10), okPerSecond: 99.5);
        _time.Advance(TimeSpan.FromSeconds(1));
        console.Progress(Progress(10, plannedSeconds: 10), okPerSecond: 7);
        console.StageDone(SampleReports.OpenStage);

        string[] drawn = _output.ToString().Split('\r');
        Assert.Equal("query: inject\n", drawn[0]);
        Assert.Equal("query [##########..........] 50 %, 5.00 s, 99.5/s, failed 3, active 64", drawn[1]);
        Assert.Equal("query [####################] 100 %, 10.0 s, 7.00/s, failed 3, active 64".PadRight(drawn[1].Length), drawn[2]);
        Assert.Equal(new string(' ', drawn[2].Length), drawn[3]);
        Assert.Equal("query: 990 ok, 5 failed in 10.0 s, 99.0/s at 20.0 µs server CPU each\n", drawn[4]);
    }

    [Fact]
    public void A_shorter_line_covers_a_longer_one()
    {
        RunConsole console = new(_output, interactive: true, _time);
        _time.Advance(TimeSpan.FromSeconds(1));
        console.Progress(Progress(5, plannedSeconds: 10), okPerSecond: 1_234_567);
        _time.Advance(TimeSpan.FromSeconds(1));
        console.Progress(Progress(5, plannedSeconds: 10), okPerSecond: 0);

        string[] drawn = _output.ToString().Split('\r');
        Assert.Equal(drawn[1].Length, drawn[2].Length);
        Assert.EndsWith(" ", drawn[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Phases_that_end_by_count_are_measured_by_their_iterations()
    {
        RunConsole console = new(_output, interactive: false, _time);
        _time.Advance(TimeSpan.FromSeconds(5));
        console.Progress(
            new ScenarioProgress(ElapsedSeconds: 5, PlannedSeconds: 0, PlannedIterations: 1000, Asked: 0, Ok: 240, Failed: 10, Active: 64), okPerSecond: 48);

        Assert.Equal([": 25 %, 5.00 s, 48.0/s, failed 10, active 64"], Lines());
    }

    private static ScenarioProgress Progress(double elapsedSeconds, double plannedSeconds) =>
        new(elapsedSeconds, plannedSeconds, PlannedIterations: 0, Asked: 0, Ok: 100, Failed: 3, Active: 64);

    private string[] Lines() => _output.ToString().TrimEnd('\n').Split('\n');
}
