using System.Collections.Immutable;
using System.Diagnostics;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Generators;
using FastRegistry.Load.Plans;

namespace FastRegistry.Load.Tests.Generators;

/// <summary>Children that are no generators but shells, which behave as badly as is needed.</summary>
public sealed class GeneratorProcessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Death_is_one_line_with_the_exit_code_and_what_it_said_last()
    {
        using StringWriter errors = new();
        await using GeneratorProcess generator = Start("read -r line; echo first >&2; echo 'boom: no room' >&2; echo '   at Somewhere()' >&2; exit 7", errors);

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => PlanAsync(generator));

        Assert.Equal("a generator process ended with exit code 7: boom: no room", reason.Message);
        Assert.Contains("first", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Output_that_is_no_reply_is_told_apart_from_death()
    {
        await using GeneratorProcess generator = Start("read -r line; echo hello; read -r line", TextWriter.Null);

        CannotRunException reason = await Assert.ThrowsAsync<CannotRunException>(() => PlanAsync(generator));

        Assert.Contains("no reply", reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_goes_on_after_the_end_of_its_input_is_killed()
    {
        GeneratorProcess generator = Start("trap '' TERM; exec sleep 1000", TextWriter.Null, TimeSpan.FromMilliseconds(200));
        using Process child = Process.GetProcessById(generator.Id);

        await generator.DisposeAsync();

        await child.WaitForExitAsync(Cancelled).WaitAsync(Soon, Cancelled);
    }

    [Fact]
    public void A_program_that_is_not_there_is_named()
    {
        CannotRunException reason = Assert.Throws<CannotRunException>(() => GeneratorProcess.Start(["/no/such/program", "generator"], TextWriter.Null));

        Assert.Contains("/no/such/program generator", reason.Message, StringComparison.Ordinal);
    }

    private static Task<PlanOutline> PlanAsync(GeneratorProcess generator) => generator.PlanAsync(LocalGenerator.Settings, new GeneratorShare(0, 1), Cancelled);

    private static GeneratorProcess Start(string script, TextWriter errors, TimeSpan? exitWithin = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /bin/sh");
        return GeneratorProcess.Start((ImmutableArray<string>)["/bin/sh", "-c", script], TextWriter.Synchronized(errors), exitWithin);
    }
}
