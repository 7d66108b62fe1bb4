using System.Diagnostics;
using System.Globalization;

namespace FastRegistry.Bench.Path;

/// <summary>The run in the copy: starts a node, measures both operations and prints the files each runs through.</summary>
internal static class Measurement
{
    private const int WarmUps = 300;

    // At least so long are the idle windows together: what a node does by itself, it does once a second or more often.
    private static readonly TimeSpan MinimumIdle = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string pointList, PathOptions options)
    {
        string[] places = await File.ReadAllLinesAsync(System.IO.Path.Combine(AppContext.BaseDirectory, pointList));
        Recorder.Prepare(places.Length);
        await using NodeUnderMeasure node = await NodeUnderMeasure.StartAsync();
        FrameClient Connect()
        {
            (Stream input, Stream output) = options.IsMemory ? node.ConnectMemory() : node.ConnectSocket();
            return new FrameClient(input, output);
        }

        Operations operations = new(Connect(), Connect());
        string transport = options.IsMemory ? "memory" : "the default transport";
        Console.WriteLine($"{places.Length} sequence points; {options.Windows} windows of each operation, after {WarmUps} warm-ups, over {transport}");
        Report("ping", places, options, Measure(places.Length, options, operations.PreparePing, operations.Ping, Operations.RestAfterPing));
        Report("register with one subscriber", places, options, Measure(places.Length, options, operations.PrepareRegister, operations.Register, operations.RestAfterRegister));
    }

    private static (Coverage Busy, Coverage Idle) Measure(int points, PathOptions options, Action prepare, Action operation, Action rest)
    {
        for (int i = 0; i < WarmUps; i++)
        {
            prepare();
            operation();
            rest();
        }

        Coverage busy = new(points);
        TimeSpan busyTime = TimeSpan.Zero;
        for (int i = 0; i < options.Windows; i++)
        {
            prepare();
            long start = Stopwatch.GetTimestamp();
            busy.Record(operation);
            busyTime += Stopwatch.GetElapsedTime(start);
            rest();
        }

        // What the last operation left to do is done by then.
        Thread.Sleep(500);
        Coverage idle = new(points);
        TimeSpan idleTime = busyTime > MinimumIdle ? busyTime : MinimumIdle;
        idle.Record(() => Thread.Sleep(idleTime));
        return (busy, idle);
    }

    private static void Report(string name, string[] places, PathOptions options, (Coverage Busy, Coverage Idle) measured)
    {
        HashSet<string> idle = [.. measured.Idle.InAtLeast(1).Select(point => places[point])];
        ILookup<string, string> Files(int windows) => measured.Busy.InAtLeast(windows).Select(point => places[point]).Distinct().Where(place => !idle.Contains(place)).ToLookup(FileOf);
        ILookup<string, string> any = Files(1);
        ILookup<string, string> most = Files((options.Windows + 1) / 2);
        Console.WriteLine();
        Console.WriteLine($"{name}: {any.Count} files, {any.Sum(static file => file.Count())} lines in any window; {most.Count} files, {most.Sum(static file => file.Count())} lines in at least half of them");
        foreach (IGrouping<string, string> file in any.OrderBy(static file => file.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {file.Count(),4} {most[file.Key].Count(),4}  {file.Key}"));
            if (options.ShowsLines)
            {
                Console.WriteLine($"             lines {string.Join(' ', file.Select(static place => int.Parse(place[(place.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture)).Order())}");
            }
        }

        string[] leftOut = [.. measured.Busy.InAtLeast(1).Select(point => FileOf(places[point])).Distinct().Where(file => !any.Contains(file)).Order(StringComparer.Ordinal)];
        Console.WriteLine($"  and {leftOut.Length} files of which idle windows have every line too: {string.Join(", ", leftOut)}");
    }

    private static string FileOf(string place) => place[..place.LastIndexOf(':')];
}
