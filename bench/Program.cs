using BenchmarkDotNet.Running;
using FastRegistry.Bench.Timing;

// Not typeof(Program): the server's own Program is visible here too.
BenchmarkSwitcher.FromAssembly(typeof(TouchBenchmarks).Assembly).Run(args);
