using System.Diagnostics;
using FastRegistry.Bench.Path;

const string PointList = "points.txt";
const string MeasureCommand = "measure";

if (args is [MeasureCommand, .. string[] passed])
{
    await Measurement.RunAsync(PointList, PathOptions.Read(passed)!);
    return 0;
}

if (PathOptions.Read(args) is null)
{
    await Console.Error.WriteLineAsync(PathOptions.Usage);
    return 2;
}

DirectoryInfo copy = Directory.CreateTempSubdirectory("fastregistry-path-");
try
{
    Instrumenter.Run(AppContext.BaseDirectory, copy.FullName, PointList);
    string program = System.IO.Path.Combine(copy.FullName, $"{typeof(Recorder).Assembly.GetName().Name}.dll");
    using Process process = Process.Start("dotnet", [program, MeasureCommand, .. args]);
    await process.WaitForExitAsync();
    return process.ExitCode;
}
finally
{
    copy.Delete(recursive: true);
}
