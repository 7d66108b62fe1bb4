using System.Collections.Immutable;
using FastRegistry.Load.Commands;
using FastRegistry.Load.Targets;

namespace FastRegistry.Load.Comparison;

/// <summary>What <c>load compare</c> was asked to do.</summary>
internal sealed record CompareArguments
{
    public const string Usage = """
        usage: load compare [options]

        Starts the product and the gRPC-shaped baseline on free ports, in turns and always fresh, runs the same load on both, and prints every
        figure with its goal. Which one goes first alternates from pair to pair.

          --pairs N               default 7; about two minutes each
          --only NAME,NAME,...    only these measurements: connections, query-full, query-rate, register-full, register-rate, push, instances,
                                  restore, many
          --many                  also 100,000 connections over six server processes, once for each side; takes about 10 GB of memory
          --server-program FILE   the product's program; default: the one built beside this tool
          --server-arguments TEXT further arguments for it, separated by spaces: '--ClientTransport:Kind=Sockets'
          --baseline-program FILE the baseline's program; default likewise
          --against-program FILE  compare with this build of the product instead of the baseline: what a change, or a setting of the runtime
                                  beside the program, is worth. It must speak the protocol as this tool does: builds from before protocol 1
                                  was complete are refused at their set-up
          --against-arguments TEXT
                                  compare with the product started with these arguments; 'baseline' in the table then is that side
          --json FILE             also write every figure as JSON
          --quiet                 no progress
        """;

    private const int MostPairs = 1000;
    private const int DefaultPairs = 7;

    public int Pairs { get; private init; } = DefaultPairs;

    /// <summary>In their order.</summary>
    public required ImmutableArray<Measurement> Measurements { get; init; }

    /// <summary>The side that is looked at.</summary>
    public required ComparedServer Product { get; init; }

    /// <summary>The side it is compared with.</summary>
    public required ComparedServer Other { get; init; }

    public string? JsonFile { get; private init; }

    public bool Quiet { get; private init; }

    /// <exception cref="ArgumentError">An argument is unknown or malformed.</exception>
    public static CompareArguments Read(ReadOnlySpan<string> arguments)
    {
        ArgumentReader reader = new(arguments, "--many", "--quiet");
        bool many = reader.Flag("--many");
        string[]? only = reader.Text("--only")?.Split(',', StringSplitOptions.TrimEntries);
        foreach (string name in only ?? [])
        {
            if (Comparison.Measurements.All.All(measurement => measurement.Key != name))
            {
                throw new ArgumentError($"--only: there is no measurement '{name}'; 'load compare --help' lists them");
            }
        }

        string? againstProgram = Program(reader, "--against-program");
        string? againstArguments = reader.Text("--against-arguments");
        string? baselineProgram = Program(reader, "--baseline-program");
        if (baselineProgram is not null && (againstProgram ?? againstArguments) is not null)
        {
            throw new ArgumentError("--baseline-program: there is no baseline with --against-program or --against-arguments");
        }

        CompareArguments read = new()
        {
            Product = new ComparedServer(TargetKind.Native, Program(reader, "--server-program"), Words(reader.Text("--server-arguments"))),
            Other = againstProgram is null && againstArguments is null
                ? new ComparedServer(TargetKind.GrpcShaped, baselineProgram, [])
                : new ComparedServer(TargetKind.Native, againstProgram, Words(againstArguments)),
            Pairs = reader.Number("--pairs", 1, MostPairs) ?? DefaultPairs,
            Measurements = [.. Comparison.Measurements.All.Where(measurement => only?.Contains(measurement.Key) ?? (many || !measurement.Once))],
            JsonFile = reader.Text("--json"),
            Quiet = reader.Flag("--quiet"),
        };
        reader.RefuseRest("compare");
        return read;
    }

    // Looked at here: the other side is started minutes after the first.
    private static string? Program(ArgumentReader reader, string name) => reader.Text(name) switch
    {
        null => null,
        { } path when File.Exists(path) => path,
        { } path => throw new ArgumentError($"{name}: there is no file '{path}'"),
    };

    private static ImmutableArray<string> Words(string? text) => [.. text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? []];
}
