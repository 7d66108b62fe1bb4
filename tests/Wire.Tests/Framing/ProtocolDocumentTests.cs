using System.Reflection;

namespace FastRegistry.Wire.Tests.Framing;

/// <summary><c>docs/protocol.md</c> quotes the golden vectors; a vector that changes without the document fails here.</summary>
public sealed class ProtocolDocumentTests
{
    public static TheoryData<string> Vectors => [.. Constants().Select(static constant => constant.Name)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Protocol_document_quotes_every_golden_vector(string name)
    {
        string hex = WithoutSpace((string)Constants().Single(constant => constant.Name == name).GetRawConstantValue()!);

        Assert.Contains(hex, WithoutSpace(File.ReadAllText(DocumentPath())), StringComparison.Ordinal);
    }

    private static IEnumerable<FieldInfo> Constants() =>
        typeof(GoldenVectors).GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static).Where(static constant => constant.IsLiteral && constant.FieldType == typeof(string));

    private static string WithoutSpace(string text) => string.Concat(text.Where(static character => !char.IsWhiteSpace(character) && character != '`'));

    private static string DocumentPath()
    {
        // tests/Wire.Tests/bin/<configuration>/<framework>
        DirectoryInfo root = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "docs", "protocol.md");
    }
}
