using FastRegistry.Load.Commands;
using FastRegistry.Load.HttpComparison;

namespace FastRegistry.Load.Tests.HttpComparison;

public sealed class HttpArgumentsTests
{
    [Fact]
    public void Without_arguments_beats_are_what_the_goal_speaks_of()
    {
        BeatsArguments read = BeatsArguments.Read([]);

        Assert.Equal((7, 50_000, 1_000, TimeSpan.FromSeconds(5), false), (read.Pairs, read.Instances, read.Connections, read.Interval, read.Quiet));
    }

    [Fact]
    public void Every_option_of_beats_is_read()
    {
        BeatsArguments read = BeatsArguments.Read("--pairs 2 --instances 30 --connections 4 --interval 1s --warm-up 0s --during 3s --quiet".Split(' '));

        Assert.Equal((2, 30, 4, true), (read.Pairs, read.Instances, read.Connections, read.Quiet));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.Zero, TimeSpan.FromSeconds(3)), (read.Interval, read.WarmUp, read.During));
    }

    [Fact]
    public void Every_option_of_http_is_read()
    {
        HttpArguments read = HttpArguments.Read("--pairs 2 --connections 4 --warm-up 1s --during 3s --quiet".Split(' '));

        Assert.Equal((2, 4, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), true), (read.Pairs, read.Connections, read.WarmUp, read.During, read.Quiet));
    }

    [Theory]
    [InlineData("--instances 0", "--instances: '0' is not a whole number from 1 to 1000000")]
    [InlineData("--connections many", "--connections: 'many' is not a whole number")]
    [InlineData("--interval 20s", "--interval: '20s' is not a duration")]
    [InlineData("--during 0s", "--during: '0s' is not a duration")]
    [InlineData("--rate 5", "unknown option '--rate'; 'load beats --help' lists them")]
    [InlineData("--quiet=yes", "--quiet takes no value")]
    public void A_wrong_argument_of_beats_is_named_with_its_rule(string arguments, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentError>(() => BeatsArguments.Read(arguments.Split(' '))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--pairs 0", "--pairs: '0' is not a whole number from 1")]
    [InlineData("--instances 5", "unknown option '--instances'; 'load http --help' lists them")]
    public void A_wrong_argument_of_http_is_named_with_its_rule(string arguments, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentError>(() => HttpArguments.Read(arguments.Split(' '))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(BeatsArguments.Usage, "--pairs --instances --connections --interval --warm-up --during --quiet")]
    [InlineData(HttpArguments.Usage, "--pairs --connections --warm-up --during --quiet")]
    public void The_help_names_every_option(string usage, string options) =>
        Assert.All(options.Split(' '), option => Assert.Contains(option, usage, StringComparison.Ordinal));
}
