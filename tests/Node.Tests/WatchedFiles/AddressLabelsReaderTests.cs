using System.Text;
using FastRegistry.Node.WatchedFiles;
using FastRegistry.Registry.Selection;

namespace FastRegistry.Node.Tests.WatchedFiles;

public sealed class AddressLabelsReaderTests
{
    [Fact]
    public void Labels_are_found_by_the_address_as_a_text()
    {
        AddressLabels labels = Read("""{ "10.0.0.1": { "zone": "east", "rack": "7" }, "db.internal": {} }""");

        Assert.Equal(2, labels.Count);
        Assert.Equal("east", labels.Of("10.0.0.1")!["zone"]);
        Assert.Empty(labels.Of("db.internal")!);
        Assert.Null(labels.Of("10.0.0.2"));
    }

    [Theory]
    [InlineData("[]", "the file: must be a JSON object")]
    [InlineData("""{ "10.0.0.1": "east" }""", "\"10.0.0.1\": must be a JSON object")]
    [InlineData("""{ "10.0.0.1": { "zone": 7 } }""", "\"10.0.0.1\" \"zone\": must be a text")]
    [InlineData("""{ "10.0.0.1": { "zone": "a", "zone": "b" } }""", "\"10.0.0.1\" \"zone\": is there twice")]
    [InlineData("""{ "10.0.0.1": {}, "10.0.0.1": {} }""", "\"10.0.0.1\": is there twice")]
    [InlineData("{", "the file: is not JSON")]
    public void A_fault_names_the_field_and_the_rule(string json, string message) =>
        Assert.StartsWith(message, Assert.Throws<FileContentError>(() => Read(json)).Message, StringComparison.Ordinal);

    private static AddressLabels Read(string json) => AddressLabelsReader.Read(Encoding.UTF8.GetBytes(json));
}
