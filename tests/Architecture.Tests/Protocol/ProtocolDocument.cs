using System.Text.RegularExpressions;

namespace FastRegistry.Architecture.Tests.Protocol;

/// <summary><c>docs/protocol.md</c>, cut into what tests compare with the code: tables below their headings, rules, and vectors.</summary>
internal static partial class ProtocolDocument
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(SourceProject.RepositoryRoot, "docs", "protocol.md"));

    /// <summary>Names of the messages and enums that have a table of their own.</summary>
    public static IReadOnlyList<string> NamedTables { get; } = [.. Lines.Select(static line => NamedHeading().Match(line)).Where(static match => match.Success).Select(static match => match.Groups[1].Value)];

    /// <summary>The rules in their order, with their text.</summary>
    public static IReadOnlyList<(string Id, string Text)> Rules { get; } = [.. ReadRules()];

    /// <summary>Ids that the text refers to.</summary>
    public static IEnumerable<string> RuleReferences => Lines.SelectMany(static line => RuleReference().Matches(line)).Select(static match => match.Value).Distinct();

    /// <summary>Vectors by name, as plain hexadecimal digits.</summary>
    public static ILookup<string, string> Vectors { get; } = ReadVectors().ToLookup(static vector => vector.Name, static vector => vector.Hex);

    /// <summary>The rows of the first table below a heading, each cell without its marks.</summary>
    /// <param name="heading">The heading's text.</param>
    /// <param name="firstColumn">The head of the table's first column, to tell tables below one heading apart.</param>
    public static IReadOnlyList<string[]> Table(string heading, string? firstColumn = null)
    {
        int at = Array.FindIndex(Lines, line => line.StartsWith('#') && Plain(line.TrimStart('#')) == heading);
        Assert.True(at >= 0, $"there is no heading '{heading}'");
        int end = Array.FindIndex(Lines, at + 1, static line => line.StartsWith('#'));
        end = end < 0 ? Lines.Length : end;
        at = Array.FindIndex(Lines, at, end - at, line => line.StartsWith('|') && (firstColumn is null || Cells(line)[0] == firstColumn));
        Assert.True(at >= 0, $"there is no table below '{heading}'");
        return [.. Lines.Skip(at + 2).TakeWhile(static line => line.StartsWith('|')).Select(Cells)];
    }

    /// <summary>The numbers and names of a table of values.</summary>
    public static Dictionary<string, long> Values(string heading, string? firstColumn = null) =>
        Table(heading, firstColumn).ToDictionary(static row => row[1], static row => NumberOf(row[0]), StringComparer.Ordinal);

    public static long NumberOf(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? Convert.ToInt64(text, 16)
        : long.Parse(text.Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(Plain)];

    private static string Plain(string text) => text.Replace("`", "", StringComparison.Ordinal).Trim();

    private static IEnumerable<(string Id, string Text)> ReadRules()
    {
        for (int i = 0; i < Lines.Length; i++)
        {
            if (Rule().Match(Lines[i]) is { Success: true } match)
            {
                IEnumerable<string> rest = Lines.Skip(i + 1).TakeWhile(static line => line.StartsWith("  ", StringComparison.Ordinal));
                yield return (match.Groups[1].Value, string.Join(' ', rest.Prepend(match.Groups[2].Value).Select(static line => line.Trim())));
            }
        }
    }

    /// <summary>A vector is <c>`Name`: `hex`</c>, a row of a table that begins so, or a line in a block that begins with its name, with its bytes in the lines below.</summary>
    private static IEnumerable<(string Name, string Hex)> ReadVectors()
    {
        bool isBlock = false;
        for (int i = 0; i < Lines.Length; i++)
        {
            if (Lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                isBlock = !isBlock;
            }
            else if (!isBlock && InlineVector().Match(Lines[i]) is { Success: true } inline)
            {
                foreach (Capture name in inline.Groups["name"].Captures)
                {
                    yield return (name.Value, WithoutSpace(inline.Groups["hex"].Value));
                }
            }
            else if (isBlock && HexLine().IsMatch(Lines[i + 1]) && BlockVector().Match(Lines[i]) is { Success: true } block)
            {
                yield return (block.Groups[1].Value, WithoutSpace(string.Concat(Lines.Skip(i + 1).TakeWhile(static line => HexLine().IsMatch(line)))));
            }
        }
    }

    private static string WithoutSpace(string hex) => hex.Replace(" ", "", StringComparison.Ordinal);

    [GeneratedRegex("^#### `([A-Za-z]+)`$")]
    private static partial Regex NamedHeading();

    [GeneratedRegex(@"^- \*\*([A-Z]-[0-9]+)\*\* (.*)$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<![A-Za-z0-9_+-])[A-Z]-[0-9]+(?![0-9A-Za-z])")]
    private static partial Regex RuleReference();

    [GeneratedRegex("^(?:\\| )?`(?<name>[A-Z][A-Za-z0-9]+)`(?:, `(?<name>[A-Z][A-Za-z0-9]+)`)*(?:: | \\| )`(?<hex>[0-9A-F]{2}(?: [0-9A-F]{2})*)`")]
    private static partial Regex InlineVector();

    [GeneratedRegex("^[CN]? +([A-Z][A-Za-z0-9]+)(?::|$)")]
    private static partial Regex BlockVector();

    [GeneratedRegex("^ +[0-9A-F]{2}(?: [0-9A-F]{2})*$")]
    private static partial Regex HexLine();
}
