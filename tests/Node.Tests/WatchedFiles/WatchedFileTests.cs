using FastRegistry.Node.Limits;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.WatchedFiles;

public sealed class WatchedFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastregistry-rules-");
    private readonly List<int> _applied = [];
    private readonly TestLog _log = new();
    private readonly VirtualTimeProvider _time = new();
    private readonly WatchedFile _file;

    public WatchedFileTests() =>
        _file = new WatchedFile("Rules", Path, content => _applied.Add(content is null ? int.MaxValue : ConnectionRulesReader.Read(content.Value).Connections.Maximum), ConnectionRulesReader.MaximumBytes, _time, _log);

    private string Path => System.IO.Path.Combine(_folder.FullName, "rules.json");

    public void Dispose()
    {
        Assert.Empty(_log.Lines);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Rules_are_applied_when_the_content_changes_and_only_then()
    {
        Write(5);
        Step(3);
        Write(6);
        Step(3);
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public void A_change_that_keeps_length_and_time_is_seen()
    {
        Write(5);
        DateTime time = File.GetLastWriteTimeUtc(Path);
        Step();
        Write(6);
        File.SetLastWriteTimeUtc(Path, time);
        Step();
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public void A_file_may_appear_later()
    {
        Step(3);
        Assert.Empty(_applied);
        Write(5);
        Step();
        Assert.Equal([5], _applied);
    }

    [Fact]
    public void A_file_put_in_place_by_renaming_is_seen()
    {
        Write(5);
        Step();
        string other = Path + ".new";
        File.WriteAllText(other, """{"connections":6}""");
        File.Move(other, Path, overwrite: true);
        Step();
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public void A_link_that_is_swapped_is_seen()
    {
        File.WriteAllText(Path + "1", """{"connections":5}""");
        File.WriteAllText(Path + "2", """{"connections":6}""");
        File.CreateSymbolicLink(Path, Path + "1");
        Step();
        File.CreateSymbolicLink(Path + "3", Path + "2");
        File.Move(Path + "3", Path, overwrite: true);
        Step();
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public void A_broken_file_is_told_once_and_the_old_rules_stay()
    {
        Write(5);
        Step();
        File.WriteAllText(Path, """{"connections":"many"}""");
        Step(5);
        Assert.Equal([5], _applied);
        Assert.True(_log.Lines.TryDequeue(out string? line));
        Assert.Contains(Path, line, StringComparison.Ordinal);
        Assert.Contains("connections: must be a whole number", line, StringComparison.Ordinal);
        Assert.Equal(1, _file.Faults);
        Write(6);
        Step();
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_used()
    {
        File.WriteAllText(Path, new string(' ', ConnectionRulesReader.MaximumBytes) + "{}");
        Step(2);
        Assert.Empty(_applied);
        Assert.True(_log.Lines.TryDequeue(out string? line));
        Assert.Contains("must not be larger than 1048576 bytes", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deleted_file_lifts_its_limits_when_it_stays_away()
    {
        Write(5);
        Step();
        File.Delete(Path);
        Step();
        Assert.Equal([5], _applied);
        Step(3);
        Assert.Equal([5, int.MaxValue], _applied);

        // The same rules again are new.
        Write(5);
        Step();
        Assert.Equal([5, int.MaxValue, 5], _applied);
    }

    [Fact]
    public void A_file_that_is_deleted_and_written_anew_lifts_nothing_in_between()
    {
        Write(5);
        Step();
        File.Delete(Path);
        Step();
        Write(6);
        Step(3);
        Assert.Equal([5, 6], _applied);
    }

    [Fact]
    public async Task It_is_looked_at_once_a_second()
    {
        using CancellationTokenSource stop = new();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Task running = _file.RunAsync(stop.Token);
        Write(5);
        _time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 1000 && _applied.Count == 0; i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await running;
        Assert.Equal([5], _applied);
    }

    private void Write(int connections) => File.WriteAllText(Path, $"{{\"connections\":{connections}}}");

    private void Step(int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            _file.Step();
        }
    }
}
