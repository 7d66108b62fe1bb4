using System.Collections.Immutable;
using System.Text.Json;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Reports;

namespace FastRegistry.Load.Tests.Reports;

public sealed class ReportFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fastregistry-reports-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_format_is_a_file_of_the_folder_which_is_made()
    {
        string folder = Path.Combine(_folder, "new", "folder");

        ImmutableArray<string> paths = await ReportFiles.WriteAsync(folder, "run", SampleReports.Full, TestContext.Current.CancellationToken);

        Assert.Equal(["run-timeline.csv", "run.csv", "run.json", "run.md", "run.txt"], paths.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(paths.Order(), Directory.GetFiles(folder).Order());
        Assert.Equal(TextReport.Write(SampleReports.Full), await File.ReadAllTextAsync(Path.Combine(folder, "run.txt"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Json_has_the_fields_that_scripts_ask_for()
    {
        await ReportFiles.WriteAsync(_folder, "run", SampleReports.Full, TestContext.Current.CancellationToken);

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "run.json"), TestContext.Current.CancellationToken));
        JsonElement root = json.RootElement;
        JsonElement stage = root.GetProperty("stages")[1];
        Assert.False(root.GetProperty("passed").GetBoolean());
        Assert.Equal("Native", root.GetProperty("settings").GetProperty("target").GetString());
        Assert.Equal(2, root.GetProperty("machine").GetProperty("processors").GetInt32());
        Assert.Equal("query", stage.GetProperty("name").GetString());
        Assert.Equal(99.5, stage.GetProperty("startedPerSecond").GetDouble());
        Assert.Equal(20, stage.GetProperty("serverCpuMicroseconds").GetDouble(), 9);
        Assert.Equal(10, stage.GetProperty("ownCpuMicroseconds").GetDouble(), 9);
        Assert.Equal(99, stage.GetProperty("iterations").GetProperty("perSecond").GetDouble());
        Assert.Equal(800, stage.GetProperty("iterations").GetProperty("latency").GetProperty("p999Microseconds").GetDouble());
        Assert.Equal(1400, stage.GetProperty("iterations").GetProperty("fromIntended").GetProperty("p99Microseconds").GetDouble());
        Assert.Equal("connection lost", stage.GetProperty("iterations").GetProperty("failures")[0].GetProperty("kind").GetString());
        Assert.Equal("arrival", stage.GetProperty("steps")[0].GetProperty("name").GetString());
        Assert.Equal(2_798_576, root.GetProperty("memory")[1].GetProperty("managedHeapBytes").GetInt64());
        Assert.Equal(109_857_600, root.GetProperty("memory")[1].GetProperty("kernel").GetProperty("slabBytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("thresholds")[1].GetProperty("found").ValueKind);
    }

    [Fact]
    public async Task A_value_that_is_not_a_number_does_not_lose_the_report()
    {
        LoadReport report = SampleReports.Full with { Stages = [SampleReports.ClosedStage with { Seconds = double.NaN }] };

        await ReportFiles.WriteAsync(_folder, "run", report, TestContext.Current.CancellationToken);

        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "run.json"), TestContext.Current.CancellationToken));
        Assert.Equal("NaN", json.RootElement.GetProperty("stages")[0].GetProperty("seconds").GetString());
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_named_with_the_reason()
    {
        string inTheWay = Path.Combine(_folder, "run.txt");
        Directory.CreateDirectory(inTheWay);

        CannotRunException refusal = await Assert.ThrowsAsync<CannotRunException>(
            () => ReportFiles.WriteAsync(_folder, "run", SampleReports.Full, TestContext.Current.CancellationToken));

        Assert.StartsWith($"the report {inTheWay} cannot be written: ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        CannotRunException refusal = await Assert.ThrowsAsync<CannotRunException>(
            () => ReportFiles.WriteAsync(file, "run", SampleReports.Full, TestContext.Current.CancellationToken));

        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_or_file_that_cannot_be_written_is_refused_before_the_run()
    {
        string file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "kept", TestContext.Current.CancellationToken);

        ReportFiles.RequireFolder(Path.Combine(_folder, "new"));
        JsonFile.RequireWritable(file);
        CannotRunException folderRefused = Assert.Throws<CannotRunException>(() => ReportFiles.RequireFolder(file));
        CannotRunException fileRefused = Assert.Throws<CannotRunException>(() => JsonFile.RequireWritable(Path.Combine(_folder, "missing", "file")));

        Assert.StartsWith($"--report: nothing can be written to '{file}': ", folderRefused.Message, StringComparison.Ordinal);
        Assert.StartsWith("--json: cannot write", fileRefused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "new")));
        Assert.Equal("kept", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }
}
