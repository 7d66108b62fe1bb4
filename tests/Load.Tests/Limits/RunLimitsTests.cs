using FastRegistry.Load.Commands;
using FastRegistry.Load.Limits;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Tests.Limits;

public sealed class RunLimitsTests
{
    private const long Gibibyte = 1L << 30;

    private static readonly MachineLimits Machine = new(OpenFiles: 20_000, PortsPerSource: 28_232, AvailableMemoryBytes: 24 * Gibibyte, FreeSystemFiles: 10_000_000);

    private static readonly RunNeeds Needs = new(
        TargetKind.Native, Connections: 100_000, Sources: 4, Generators: 6, Servers: 6, OwnServers: true, ServersOnThisMachine: true);

    [Fact]
    public void A_hundred_thousand_connections_fit_into_six_processes_on_each_side() => RunLimits.Require(Needs, Machine);

    [Fact]
    public void Ten_million_connections_are_refused_by_memory_with_the_bytes_needed_and_available()
    {
        string refusal = Refusal(Needs with { Connections = 10_000_000 }, Machine);

        Assert.Contains("10000000 connections", refusal, StringComparison.Ordinal);
        Assert.Contains($"{(10_000_000L * 15_100) + (6 * 33_000_000L) + (6 * 50_000_000L)} bytes", refusal, StringComparison.Ordinal);
        Assert.Contains($"{24 * Gibibyte} are available", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_a_refusal_by_memory_offers_does_fit()
    {
        string refusal = Refusal(Needs with { Connections = 10_000_000 }, Machine);
        int offered = int.Parse(refusal.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        MachineLimits memoryAlone = new(null, null, Machine.AvailableMemoryBytes, null);

        RunLimits.Require(Needs with { Connections = offered }, memoryAlone);
        Refusal(Needs with { Connections = offered + 1 }, memoryAlone);
    }

    [Fact]
    public void A_grpc_shaped_connection_takes_more_than_a_native_one()
    {
        MachineLimits small = Machine with { AvailableMemoryBytes = 6 * Gibibyte };

        RunLimits.Require(Needs, small);
        Assert.Contains("89200 each", Refusal(Needs with { Target = TargetKind.GrpcShaped }, small), StringComparison.Ordinal);
    }

    [Fact]
    public void Servers_elsewhere_take_nothing_of_this_machines_memory()
    {
        RunNeeds elsewhere = Needs with { OwnServers = false, ServersOnThisMachine = false };

        Assert.Contains("7600 each: kernel 5100, server 0, load tool 2500", Refusal(elsewhere, Machine with { AvailableMemoryBytes = Gibibyte / 2 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_the_whole_system_count_both_ends() =>
        Assert.Contains("fs.file-max", Refusal(Needs, Machine with { FreeSystemFiles = 150_000 }), StringComparison.Ordinal);

    [Fact]
    public void Too_few_generators_for_their_open_file_limit_are_refused() =>
        Assert.Contains("RLIMIT_NOFILE", Refusal(Needs with { Generators = 5 }, Machine), StringComparison.Ordinal);

    [Fact]
    public void More_processes_than_a_run_starts_are_refused() =>
        Assert.Contains("at most 64 processes", Refusal(Needs with { Generators = 60 }, Machine), StringComparison.Ordinal);

    [Fact]
    public void Each_server_address_has_a_port_space_of_its_own()
    {
        RunLimits.Require(Needs with { Sources = 0, Servers = 4 }, Machine);

        Assert.Contains("--sources 4 or more", Refusal(Needs with { Sources = 3, Servers = 1 }, Machine), StringComparison.Ordinal);
        Assert.Contains("--sources 2 or more", Refusal(Needs with { Sources = 0, Servers = 3 }, Machine), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_takes_fewer_is_named_with_both_numbers()
    {
        RunLimits.RequireServerTakes("10.0.0.1:7848", 9_000, open: 1_000, 10_000);
        RunLimits.RequireServerTakes("10.0.0.1:7848", 9_000, open: 1_000, limit: null);

        CannotRunException refusal = Assert.Throws<CannotRunException>(() => RunLimits.RequireServerTakes("10.0.0.1:7848", 9_001, open: 1_000, 10_000));

        Assert.Contains("the server at 10.0.0.1:7848 takes 10000 connections (fastregistry_connections_limit)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("9001 were asked for", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("at most 9000", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_system_does_not_tell_refuses_nothing() =>
        RunLimits.Require(Needs with { Connections = 10_000_000 }, new MachineLimits(null, null, null, null));

    private static string Refusal(RunNeeds needs, MachineLimits machine)
    {
        string message = Assert.Throws<CannotRunException>(() => RunLimits.Require(needs, machine)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
