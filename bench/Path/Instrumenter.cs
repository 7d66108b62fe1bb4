using System.Globalization;
using System.Runtime.InteropServices;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace FastRegistry.Bench.Path;

/// <summary>Copies the program and rewrites the assemblies of <c>src</c> in the copy: each sequence point begins with a call of <see cref="Recorder.Hit"/>.</summary>
/// <remarks>Sequence points come from the portable PDBs. Hidden ones and those of generated code (below <c>obj</c>) are left out: they are no line of a file of <c>src</c>.</remarks>
internal sealed class Instrumenter
{
    private const string SourceFolder = "/src/";

    private readonly List<string> _points = [];
    private readonly string _target;

    private Instrumenter(string target) => _target = target;

    /// <summary>Writes the copy, and beside it the list of points: line n is the file and line of point n.</summary>
    /// <param name="source">Folder of this program.</param>
    /// <param name="target">Folder of the copy; exists and is empty.</param>
    /// <param name="pointList">Name of the list in the copy.</param>
    public static void Run(string source, string target, string pointList)
    {
        foreach (string file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, System.IO.Path.Combine(target, System.IO.Path.GetFileName(file)));
        }

        Instrumenter instrumenter = new(target);
        string own = typeof(Recorder).Assembly.GetName().Name!;
        foreach (string file in Directory.GetFiles(target, "FastRegistry.*.dll").Order(StringComparer.Ordinal))
        {
            if (System.IO.Path.GetFileNameWithoutExtension(file) != own)
            {
                instrumenter.Rewrite(file);
            }
        }

        File.WriteAllLines(System.IO.Path.Combine(target, pointList), instrumenter._points);
    }

    private void Rewrite(string file)
    {
        using DefaultAssemblyResolver resolver = new();
        string runtime = RuntimeEnvironment.GetRuntimeDirectory();
        resolver.AddSearchDirectory(_target);
        resolver.AddSearchDirectory(runtime);
        resolver.AddSearchDirectory(runtime.Replace("Microsoft.NETCore.App", "Microsoft.AspNetCore.App", StringComparison.Ordinal));
        string rewritten = file + ".new";
        using (AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(file, new ReaderParameters { AssemblyResolver = resolver, ReadSymbols = true }))
        {
            MethodReference hit = assembly.MainModule.ImportReference(typeof(Recorder).GetMethod(nameof(Recorder.Hit)));
            foreach (MethodDefinition method in assembly.MainModule.GetTypes().SelectMany(static type => type.Methods).Where(static method => method.HasBody))
            {
                Rewrite(method, hit);
            }

            assembly.Write(rewritten);
        }

        File.Move(rewritten, file, overwrite: true);
        File.Delete(System.IO.Path.ChangeExtension(file, ".pdb"));
    }

    private void Rewrite(MethodDefinition method, MethodReference hit)
    {
        MethodBody body = method.Body;
        Dictionary<int, Instruction> instructions = body.Instructions.ToDictionary(static instruction => instruction.Offset);
        (Instruction Instruction, string Place)[] places =
        [
            .. from point in method.DebugInformation.SequencePoints
               where !point.IsHidden
               let path = SourcePath(point.Document.Url)
               where path is not null
               select (instructions[point.Offset], string.Create(CultureInfo.InvariantCulture, $"{path}:{point.StartLine}")),
        ];
        if (places.Length == 0)
        {
            return;
        }

        // Short branches could no longer reach their targets.
        body.SimplifyMacros();
        ILProcessor writer = body.GetILProcessor();
        Dictionary<Instruction, Instruction> moved = [];
        foreach ((Instruction instruction, string place) in places)
        {
            Instruction load = writer.Create(OpCodes.Ldc_I4, _points.Count);
            _points.Add(place);
            writer.InsertBefore(instruction, load);
            writer.InsertBefore(instruction, writer.Create(OpCodes.Call, hit));
            moved[instruction] = load;
        }

        Retarget(body, moved);
        body.OptimizeMacros();
    }

    /// <summary>What led to a sequence point leads to the call in front of it.</summary>
    private static void Retarget(MethodBody body, Dictionary<Instruction, Instruction> moved)
    {
        Instruction? Moved(Instruction? target) => target is not null && moved.TryGetValue(target, out Instruction? load) ? load : target;
        foreach (Instruction instruction in body.Instructions)
        {
            instruction.Operand = instruction.Operand switch
            {
                Instruction target => Moved(target),
                Instruction[] targets => Array.ConvertAll(targets, target => Moved(target)!),
                object operand => operand,
                null => null,
            };
        }

        foreach (ExceptionHandler handler in body.ExceptionHandlers)
        {
            handler.TryStart = Moved(handler.TryStart);
            handler.TryEnd = Moved(handler.TryEnd);
            handler.FilterStart = Moved(handler.FilterStart);
            handler.HandlerStart = Moved(handler.HandlerStart);
            handler.HandlerEnd = Moved(handler.HandlerEnd);
        }
    }

    /// <summary>The path from <c>src</c> on; null for what is generated.</summary>
    private static string? SourcePath(string document)
    {
        string path = document.Replace('\\', '/');
        int start = path.LastIndexOf(SourceFolder, StringComparison.Ordinal);
        return start < 0 || path.Contains("/obj/", StringComparison.Ordinal) || path.EndsWith(".g.cs", StringComparison.Ordinal) ? null : path[(start + 1)..];
    }
}
