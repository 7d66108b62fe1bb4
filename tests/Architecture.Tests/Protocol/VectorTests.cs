using System.Reflection;
using FastRegistry.Wire.Tests.Framing;

namespace FastRegistry.Architecture.Tests.Protocol;

/// <summary>The vectors of <c>docs/protocol.md</c> are the golden vectors that the tests of the framing compare with the code.</summary>
public sealed class VectorTests
{
    private static readonly Dictionary<string, string> Constants = typeof(GoldenVectors)
        .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
        .Where(static constant => constant.IsLiteral && constant.FieldType == typeof(string))
        .ToDictionary(static constant => constant.Name, static constant => ((string)constant.GetRawConstantValue()!).Replace(" ", "", StringComparison.Ordinal));

    public static TheoryData<string> ConstantNames => [.. Constants.Keys];

    public static TheoryData<string> DocumentNames => [.. ProtocolDocument.Vectors.Select(static vector => vector.Key)];

    [Theory]
    [MemberData(nameof(ConstantNames))]
    public void Every_golden_vector_is_in_the_document_by_its_name(string name) => Assert.Contains(name, ProtocolDocument.Vectors.Select(static vector => vector.Key));

    [Theory]
    [MemberData(nameof(DocumentNames))]
    public void Every_vector_of_the_document_is_the_golden_one(string name)
    {
        Assert.True(Constants.TryGetValue(name, out string? hex), $"there is no golden vector '{name}'");
        Assert.All(ProtocolDocument.Vectors[name], quoted => Assert.Equal(hex, quoted));
    }
}
