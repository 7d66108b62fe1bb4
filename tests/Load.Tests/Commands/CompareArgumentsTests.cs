using FastRegistry.Load.Commands;
using FastRegistry.Load.Comparison;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Commands;

public sealed class CompareArgumentsTests
{
    [Fact]
    public void Without_options_the_product_is_compared_with_the_baseline()
    {
        CompareArguments read = CompareArguments.Read([]);

        Assert.Equal(TargetKind.Native, read.Product.Target);
        Assert.Equal(TargetKind.GrpcShaped, read.Other.Target);
        Assert.Contains("gRPC's shape", read.Other.Description, StringComparison.Ordinal);
        Assert.Equal(7, read.Pairs);
        Assert.DoesNotContain(read.Measurements, static measurement => measurement.Once);
    }

    [Fact]
    public void Another_build_takes_the_place_of_the_baseline()
    {
        string program = typeof(CompareArgumentsTests).Assembly.Location;

        CompareArguments read = CompareArguments.Read(["--against-program", program]);

        Assert.Equal(TargetKind.Native, read.Other.Target);
        Assert.Equal($"the product, {program}", read.Other.Description);
    }

    [Fact]
    public void Arguments_go_to_the_servers_of_their_side()
    {
        CompareArguments read = CompareArguments.Read(["--server-arguments=--ClientTransport:Loops=2", "--against-arguments=--ClientTransport:Kind=Sockets  --Http:Port=0"]);

        Assert.Equal(["--ClientTransport:Loops=2"], read.Product.Arguments);
        Assert.Equal(["--ClientTransport:Kind=Sockets", "--Http:Port=0"], read.Other.Arguments);
        Assert.Equal("the product, the same build with --ClientTransport:Kind=Sockets --Http:Port=0", read.Other.Description);
    }

    [Fact]
    public void A_fleet_that_comes_back_is_measured_too_and_only_where_the_product_s_protocol_is_spoken()
    {
        Measurement restore = Assert.Single(CompareArguments.Read(["--only", "restore"]).Measurements);

        Assert.NotNull(restore.Restore);
        Assert.True(restore.IsRun(ComparisonSide.Native, TargetKind.Native));
        Assert.True(restore.IsRun(ComparisonSide.Baseline, TargetKind.Native));
        Assert.False(restore.IsRun(ComparisonSide.Baseline, TargetKind.GrpcShaped));
        Assert.Contains(CompareArguments.Read([]).Measurements, static measurement => measurement.Key == "restore");
    }

    [Fact]
    public void A_baseline_cannot_be_named_when_there_is_none()
    {
        string program = typeof(CompareArgumentsTests).Assembly.Location;

        Assert.Equal(program, CompareArguments.Read(["--baseline-program", program]).Other.Program);
        ArgumentError refused = Assert.Throws<ArgumentError>(() => CompareArguments.Read(["--baseline-program", program, "--against-arguments", "--Http:Port=0"]));
        Assert.StartsWith("--baseline-program", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only", "nothing", "--only: there is no measurement 'nothing'")]
    [InlineData("--pairs", "0", "--pairs")]
    [InlineData("--against-program", "nowhere.dll", "--against-program: there is no file 'nowhere.dll'")]
    [InlineData("--server-program", "nowhere.dll", "--server-program: there is no file 'nowhere.dll'")]
    [InlineData("--against", "x", "unknown option '--against'")]
    public void Wrong_arguments_are_named(string option, string value, string expected)
    {
        ArgumentError refused = Assert.Throws<ArgumentError>(() => CompareArguments.Read([option, value]));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }
}
