using FastRegistry.Server.Tests.Harness;

namespace FastRegistry.Server.Tests.Http.OpenApi;

public sealed class ApiDocumentTests(SharedNode node) : IClassFixture<SharedNode>
{
    private const string UpdateVariable = "FASTREGISTRY_UPDATE_DOCS";

    /// <summary>Set the variable to 1 and run this test to write the tables anew.</summary>
    [Fact]
    public async Task The_document_for_people_agrees_with_the_code()
    {
        string path = Path.Combine(FindRepository(), "docs", "http-api.md");
        string document = (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        int begin = document.IndexOf(ApiTable.Begin, StringComparison.Ordinal);
        int end = document.IndexOf(ApiTable.End, StringComparison.Ordinal) + ApiTable.End.Length;
        string tables = ApiTable.Of(node.Http.Host.Api.Endpoints);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            await File.WriteAllTextAsync(path, document[..begin] + tables + document[end..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.True(document[begin..end] == tables, $"docs/http-api.md is not what the endpoints say: run this test with {UpdateVariable}=1 and look at the difference");
    }

    private static string FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastRegistry.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
