using System.Text.RegularExpressions;

namespace FastRegistry.Architecture.Tests.Protocol;

/// <summary>Every rule of <c>docs/protocol.md</c> has a test, and every test that names a rule names one there is.</summary>
/// <remarks>The sources of all tests are searched for <c>[ProtocolRule("S-4")]</c>: the assemblies do not know each other.</remarks>
public sealed partial class RuleTests
{
    private static readonly ILookup<string, string> Tests = FindTests().ToLookup(static test => test.Rule, static test => test.Name, StringComparer.Ordinal);

    [Fact]
    public void Every_rule_has_a_test()
    {
        string[] without = [.. ProtocolDocument.Rules.Where(static rule => !Tests.Contains(rule.Id)).Select(static rule => $"{rule.Id} {rule.Text}")];
        Assert.True(without.Length == 0, $"{without.Length} rules of {ProtocolDocument.Rules.Count} have no test:\n{string.Join('\n', without)}");
    }

    [Fact]
    public void No_test_names_a_rule_that_does_not_exist() =>
        Assert.Empty(Tests.Where(static test => !IsRule(test.Key)).SelectMany(static test => test.Select(name => $"{name} names {test.Key}")));

    [Fact]
    public void The_document_refers_only_to_rules_that_exist() => Assert.All(ProtocolDocument.RuleReferences, static rule => Assert.True(IsRule(rule), rule));

    [Fact]
    public void Rules_are_numbered_from_1_without_a_gap()
    {
        foreach (IGrouping<char, string> letter in ProtocolDocument.Rules.Select(static rule => rule.Id).GroupBy(static id => id[0]))
        {
            Assert.Equal(Enumerable.Range(1, letter.Count()).Select(number => $"{letter.Key}-{number}"), letter);
        }
    }

    private static bool IsRule(string id) => ProtocolDocument.Rules.Any(rule => rule.Id == id);

    private static IEnumerable<(string Rule, string Name)> FindTests()
    {
        string folder = Path.Combine(SourceProject.RepositoryRoot, "tests");
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(static file => !IsBuilt(file)))
        {
            // Attributes stand directly above the method that they belong to.
            foreach (Match method in Method().Matches(File.ReadAllText(file)))
            {
                string attributes = method.Groups["attributes"].Value;
                if (!attributes.Contains("[Fact", StringComparison.Ordinal) && !attributes.Contains("[Theory", StringComparison.Ordinal))
                {
                    continue;
                }

                foreach (Match attribute in Attribute().Matches(attributes))
                {
                    foreach (Match id in Id().Matches(attribute.Value))
                    {
                        yield return (id.Groups[1].Value, $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups["name"].Value}");
                    }
                }
            }
        }
    }

    private static bool IsBuilt(string file) => file.Replace('\\', '/') is var path
        && (path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"(?<attributes>(?:^    \[[^\r\n]*\]\r?\n)+)    public (?:async |static )*(?:Task|ValueTask|void) (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Method();

    [GeneratedRegex(@"ProtocolRule\([^)]*\)")]
    private static partial Regex Attribute();

    [GeneratedRegex("\"([^\"]+)\"")]
    private static partial Regex Id();
}
