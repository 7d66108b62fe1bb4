using FastRegistry.Load.Servers;

namespace FastRegistry.Load.Tests.Servers;

public sealed class ServerOutputTests
{
    [Fact]
    public void The_complaint_is_the_last_line_that_is_not_part_of_a_stack_trace()
    {
        ServerOutput output = new();
        foreach (string line in (string[])["starting", "  Unhandled exception: no room", "   at Somewhere()", ""])
        {
            output.Add(line);
        }

        Assert.Equal("Unhandled exception: no room", output.Complaint());
    }

    [Fact]
    public void Old_lines_are_dropped()
    {
        ServerOutput output = new();
        for (int i = 0; i < 100; i++)
        {
            output.Add($"{i}");
        }

        Assert.Equal(20, output.ToList().Count);
        Assert.Equal("99", output.ToList()[^1]);
    }

    [Fact]
    public void A_server_without_a_word_has_a_complaint_all_the_same() => Assert.Equal("it said nothing", new ServerOutput().Complaint());
}
