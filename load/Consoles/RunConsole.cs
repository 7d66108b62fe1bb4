using FastRegistry.Load.Generators;
using FastRegistry.Load.Observation;
using FastRegistry.Load.Reports;
using FastRegistry.Load.Running;

namespace FastRegistry.Load.Consoles;

/// <summary>Shows a run while it goes: on a terminal one line that is drawn anew, elsewhere a line every five seconds.</summary>
/// <remarks>Owned by the run, one for all of its stages; any thread, one call at a time. Does not own the writer.</remarks>
internal sealed class RunConsole(TextWriter writer, bool interactive, TimeProvider time) : IRunConsole
{
    private const int LongestName = 24;
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrawInterval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lineGate = new();
    private string _stage = "";
    private ScenarioProgress _last;
    private long _shownAt;
    // Characters on the line that is drawn anew; a shorter one must cover them.
    private int _drawnLength;

    public void Note(string text)
    {
        lock (_lineGate)
        {
            WriteLine($"note: {text}");
        }
    }

    public void MemoryRead(MemoryPoint point)
    {
        lock (_lineGate)
        {
            WriteLine($"servers at {point.When}: {ReportNumbers.Count(point.Connections)} connections, managed heap {ReportNumbers.Bytes(point.ManagedHeapBytes)}, RssAnon {ReportNumbers.Bytes(point.ResidentAnonymousBytes)}");
        }
    }

    public void StageStarting(StageOutline stage) => StageStarting(stage.Name, PhaseText.Format(stage.Phases));

    public void Progress(StageOutline stage, ScenarioProgress progress, TimelinePoint servers)
    {
        double seconds = progress.ElapsedSeconds - _last.ElapsedSeconds;
        double okPerSecond = seconds > 0 ? (progress.Ok - _last.Ok) / seconds : 0;
        _last = progress;
        Progress(progress, okPerSecond);
    }

    public void StageStarting(string name, string phases)
    {
        lock (_lineGate)
        {
            _last = default;
            _stage = name.Length <= LongestName ? name : name[..LongestName];
            WriteLine($"{name}: {phases}");
            _shownAt = time.GetTimestamp();
        }
    }

    public void Progress(in ScenarioProgress progress, double okPerSecond)
    {
        lock (_lineGate)
        {
            long now = time.GetTimestamp();
            if (time.GetElapsedTime(_shownAt, now) < (interactive ? DrawInterval : PlainInterval))
            {
                return;
            }

            _shownAt = now;
            if (interactive)
            {
                Draw($"{_stage} {ProgressText.Bar(progress)}{ProgressText.Facts(progress, okPerSecond)}");
            }
            else
            {
                WriteLine($"{_stage}: {ProgressText.Percent(progress)}{ProgressText.Facts(progress, okPerSecond)}");
            }
        }
    }

    public void StageDone(StageReport report)
    {
        lock (_lineGate)
        {
            WriteLine(ProgressText.Done(report));
        }
    }

    private void Draw(string line)
    {
        // A carriage return and spaces work on every terminal, escape sequences do not.
        writer.Write('\r' + line.PadRight(_drawnLength));
        writer.Flush();
        _drawnLength = line.Length;
    }

    private void WriteLine(string line)
    {
        if (_drawnLength > 0)
        {
            Draw("");
            writer.Write('\r');
            _drawnLength = 0;
        }

        writer.Write(line + '\n');
        writer.Flush();
    }
}
