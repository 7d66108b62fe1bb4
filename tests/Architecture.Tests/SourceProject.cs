using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace FastRegistry.Architecture.Tests;

/// <summary>One project below <c>src</c>: its project file, its sources, and its compiled assembly with symbols.</summary>
/// <remarks>Paths are relative to the project's folder and have slashes between their parts.</remarks>
internal sealed partial class SourceProject
{
    private readonly Dictionary<string, List<string>> _declarations = new(StringComparer.Ordinal);
    private readonly string _root;

    private SourceProject(string name)
    {
        Name = name;
        _root = Path.Combine(RepositoryRoot, "src", name);
        Files = [.. Directory.EnumerateFiles(_root, "*.cs", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_root, file).Replace('\\', '/'))
            .Where(static file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        foreach (string file in Files)
        {
            string text = Read(file);
            string space = Namespace().Match(text).Groups[1].Value;
            foreach (Match declaration in Declaration().Matches(text))
            {
                string type = $"{space}.{declaration.Groups[1].Value}";
                _declarations.TryAdd(type, []);
                _declarations[type].Add(file);
            }
        }

        Assembly = AssemblyDefinition.ReadAssembly(
            Path.Combine(AppContext.BaseDirectory, $"FastRegistry.{name}.dll"),
            new ReaderParameters { ReadSymbols = true, SymbolReaderProvider = new PortablePdbReaderProvider() });
    }

    /// <summary>Every project, the lowest first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Wire", "Registry", "Node", "Server", "Client"];

    public string Name { get; }

    public string RootNamespace => $"FastRegistry.{Name}";

    public IReadOnlyList<string> Files { get; }

    public AssemblyDefinition Assembly { get; }

    /// <summary>The product's projects that the project file names.</summary>
    public IEnumerable<string> ProjectReferences => ProjectFile.Descendants("ProjectReference")
        .Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))["FastRegistry.".Length..]);

    /// <summary>The product's projects whose types the compiled code uses.</summary>
    public IEnumerable<string> CompiledReferences => Assembly.MainModule.AssemblyReferences
        .Select(static reference => reference.Name)
        .Where(static name => name.StartsWith("FastRegistry.", StringComparison.Ordinal))
        .Select(static name => name["FastRegistry.".Length..]);

    public XDocument ProjectFile => XDocument.Load(Path.Combine(_root, $"FastRegistry.{Name}.csproj"));

    /// <summary>Types that are not nested, those of generated source included, those the compiler makes up excluded.</summary>
    public IEnumerable<TypeDefinition> Types => Assembly.MainModule.Types.Where(type => type.Namespace.StartsWith(RootNamespace, StringComparison.Ordinal) && !type.Name.Contains('<', StringComparison.Ordinal));

    public static string RepositoryRoot { get; } = FindRoot();

    public static SourceProject Open(string name) => new(name);

    public string Read(string file) => File.ReadAllText(Path.Combine(_root, file));

    /// <summary>The source file of a type, by the symbols of its code, else by its declaration; null for generated source.</summary>
    public string? FileOf(TypeDefinition type)
    {
        TypeDefinition outer = Outermost(type);
        return Methods(outer).Select(FileOf).FirstOrDefault(static file => file is not null)
            ?? _declarations.GetValueOrDefault($"{outer.Namespace}.{PlainName(outer)}")?[0];
    }

    /// <summary>The source file of a method's code; null when it has none, or when that was generated.</summary>
    public string? FileOf(MethodDefinition method)
    {
        // The path up to the project's folder depends on the machine, and in a build for release on none.
        string marker = $"/src/{Name}/";
        foreach (SequencePoint point in method.DebugInformation.SequencePoints)
        {
            string path = point.Document.Url.Replace('\\', '/');
            int start = path.LastIndexOf(marker, StringComparison.Ordinal);
            if (start >= 0 && !path[(start + marker.Length)..].StartsWith("obj/", StringComparison.Ordinal))
            {
                return path[(start + marker.Length)..];
            }
        }

        return null;
    }

    /// <summary>The folder of a type. That of generated source is the one of its namespace.</summary>
    public string FolderOf(TypeDefinition type) => FileOf(type) is { } file
        ? FolderOf(file)
        : Outermost(type).Namespace[RootNamespace.Length..].TrimStart('.').Replace('.', '/');

    public static string FolderOf(string file) => file.Contains('/', StringComparison.Ordinal) ? file[..file.LastIndexOf('/')] : "";

    /// <summary>The type that a nested type, a closure or a state machine belongs to.</summary>
    public static TypeDefinition Outermost(TypeDefinition type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    /// <summary>The methods of a type and of everything nested in it.</summary>
    public static IEnumerable<MethodDefinition> Methods(TypeDefinition type) => type.Methods.Concat(type.NestedTypes.SelectMany(Methods));

    public static string PlainName(TypeDefinition type) => type.Name.Split('`')[0];

    [GeneratedRegex(@"^namespace\s+([\w.]+)", RegexOptions.Multiline)]
    public static partial Regex Namespace();

    [GeneratedRegex(@"^(?:(?:public|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*(?:class|struct|interface|enum|record\s+struct|record\s+class|record|delegate\s+\S+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "FastRegistry.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests do not run below the folder of FastRegistry.sln");
    }
}
