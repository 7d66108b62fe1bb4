using Mono.Cecil;

namespace FastRegistry.Architecture.Tests;

/// <summary>Which folder of a project uses types of which other folder, computed from compiled code.</summary>
/// <remarks>Constants and names in comments leave no trace in compiled code and do not count.</remarks>
internal sealed class FolderGraph
{
    private readonly SortedDictionary<string, SortedDictionary<string, SortedSet<string>>> _uses = new(StringComparer.Ordinal);

    private FolderGraph()
    {
    }

    /// <summary>Every use, as <c>from -> to</c>.</summary>
    public IEnumerable<string> Uses => _uses.SelectMany(static from => from.Value.Keys.Select(to => $"{from.Key} -> {to}"));

    /// <summary>Reads the graph of a project.</summary>
    /// <param name="project">The project.</param>
    /// <param name="depth">Parts of a folder's path that count: with 1, a folder and all below it are one.</param>
    public static FolderGraph Of(SourceProject project, int depth)
    {
        FolderGraph graph = new();
        Dictionary<TypeDefinition, string> folders = [];
        string FolderOf(TypeDefinition type)
        {
            if (!folders.TryGetValue(type, out string? folder))
            {
                folder = string.Join('/', project.FolderOf(type).Split('/').Take(depth));
                folders.Add(type, folder);
            }

            return folder;
        }

        foreach (TypeDefinition type in project.Types)
        {
            string folder = FolderOf(type);
            foreach ((TypeDefinition used, MethodDefinition? by) in TypeUses.Of(type))
            {
                if (used.Module == type.Module && used.Namespace.StartsWith(project.RootNamespace, StringComparison.Ordinal) && FolderOf(used) is { } other && other != folder)
                {
                    string file = (by is null ? null : project.FileOf(by)) ?? project.FileOf(type) ?? type.Name;
                    graph.Add(folder, other, $"{file[(file.LastIndexOf('/') + 1)..]}: {SourceProject.PlainName(used)}");
                }
            }
        }

        return graph;
    }

    /// <summary>One line per use that is part of a cycle, cycle by cycle; empty when there is none.</summary>
    public IReadOnlyList<string> DescribeCycles()
    {
        List<string> lines = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string folder in _uses.Keys)
        {
            if (seen.Contains(folder) || FindShortestCycle(folder) is not { } cycle)
            {
                continue;
            }

            seen.UnionWith(cycle);
            lines.Add($"cycle: {string.Join(" -> ", cycle)} -> {cycle[0]}");
            for (int i = 0; i < cycle.Count; i++)
            {
                string from = cycle[i];
                string to = cycle[(i + 1) % cycle.Count];
                SortedSet<string> examples = _uses[from][to];
                lines.Add($"    {from} -> {to}, {examples.Count} uses: {string.Join(", ", examples.Take(3))}");
            }
        }

        return lines;
    }

    private void Add(string from, string to, string example)
    {
        if (!_uses.TryGetValue(from, out SortedDictionary<string, SortedSet<string>>? uses))
        {
            _uses.Add(from, uses = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal));
        }

        if (!uses.TryGetValue(to, out SortedSet<string>? examples))
        {
            uses.Add(to, examples = new SortedSet<string>(StringComparer.Ordinal));
        }

        examples.Add(example);
    }

    /// <summary>The shortest way from a folder back to itself; null when there is none.</summary>
    private List<string>? FindShortestCycle(string start)
    {
        Dictionary<string, string> cameFrom = new(StringComparer.Ordinal);
        Queue<string> waiting = new([start]);
        while (waiting.TryDequeue(out string? folder))
        {
            foreach (string next in _uses.TryGetValue(folder, out SortedDictionary<string, SortedSet<string>>? uses) ? [.. uses.Keys] : Array.Empty<string>())
            {
                if (next == start)
                {
                    List<string> cycle = [folder];
                    while (cycle[^1] != start)
                    {
                        cycle.Add(cameFrom[cycle[^1]]);
                    }

                    cycle.Reverse();
                    return cycle;
                }

                if (cameFrom.TryAdd(next, folder))
                {
                    waiting.Enqueue(next);
                }
            }
        }

        return null;
    }
}
