using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Tests;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>Every endpoint of the route table: the body of its success, exact to the field, and each way in which it can be wrong to call it.</summary>
public sealed class EndpointAuditTests(AuditFixture fixture) : IClassFixture<AuditFixture>
{
    private const string EventPath = "/fastregistry/v1/operator/events";
    private const int EventsOfSetUp = 3;

    private AuditNode Node => fixture.Node;

    public static TheoryData<ErrorClass> ClassesOfCases =>
        [ErrorClass.Missing, ErrorClass.NotANumber, ErrorClass.NotAFlag, ErrorClass.Checked, ErrorClass.BrokenGrouping, ErrorClass.Own, ErrorClass.Remote];

    [Fact]
    public void Every_endpoint_has_one_case_and_every_case_an_endpoint() => Assert.Equal(
        Node.Endpoints.Select(AuditTable.KeyOf).Order(StringComparer.Ordinal), AuditTable.Cases.Select(static found => found.Endpoint).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_case_sends_every_parameter_there_is()
    {
        List<string> missing =
        [
            .. from pair in AuditTable.Of(Node)
               let query = new QueryText(pair.Case.Query)
               from parameter in pair.Endpoint.Parameters
               where !parameter.IsInPath && pair.Endpoint.State != EndpointState.NotImplemented && query.Find(parameter.Name) is null && !IsNotSent(pair.Case, parameter.Name)
               select $"{pair.Case.Endpoint}: {parameter.Name}",
        ];
        Assert.True(missing.Count == 0, string.Join("\n", missing));
    }

    [Fact]
    public async Task Success_is_exact_to_the_field_on_every_path_and_method_by_query_and_by_form()
    {
        List<string> wrong = [];
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(Node))
        {
            foreach (string path in AuditTable.PathsOf(Node, endpoint, found))
            {
                foreach (string method in (IEnumerable<string>)[endpoint.Method, .. endpoint.OtherMethods])
                {
                    await CheckSuccessAsync(endpoint, found, method, path, isForm: false, wrong);
                    if (found.Query.Length > 0 && found.Json is null && path != EventPath)
                    {
                        await CheckSuccessAsync(endpoint, found, method, path, isForm: true, wrong);
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Theory]
    [MemberData(nameof(ClassesOfCases))]
    public async Task Each_error_has_its_status_form_code_and_text(ErrorClass errorClass)
    {
        List<string> wrong = [];
        int sent = 0;
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(Node))
        {
            ErrorCase[] errors = [.. ErrorsOf(endpoint, found).Where(error => error.Class == errorClass)];
            if (errors.Length > 0 && !found.NeedsFreshNode)
            {
                await Node.SetUpAsync(found.Setup);
            }

            foreach (ErrorCase error in errors)
            {
                sent++;
                await CheckErrorAsync(endpoint, found, error, wrong);
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.NotEqual(0, sent);
    }

    /// <summary>What the description says to people is asked for, and so many different texts as it has causes.</summary>
    [Fact]
    public void Every_described_error_has_a_case()
    {
        List<string> missing = [];
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(Node))
        {
            ErrorCase[] errors = [.. ErrorsOf(endpoint, found)];
            foreach (IGrouping<(int Status, ResultCode Code), ErrorDescription> described in endpoint.Errors.GroupBy(static error => (error.Status, error.Code)))
            {
                int texts = errors.Where(error => (error.Status, error.Code) == described.Key).Select(static error => error.Body ?? error.Text).Distinct().Count();
                if (texts < described.Count())
                {
                    missing.Add($"{found.Endpoint}: {described.Key}: {texts} of {described.Count()}: {string.Join("; ", described.Select(static error => error.Cause))}");
                }
            }

            foreach (ErrorCase error in errors.Where(static error => error.Class == ErrorClass.Own))
            {
                if (!endpoint.Errors.Any(described => described.Status == error.Status))
                {
                    missing.Add($"{found.Endpoint}: {error.Status} is not described: {error.Text}");
                }
            }
        }

        Assert.True(missing.Count == 0, string.Join("\n", missing));
    }

    /// <summary>The examples of the documents have the fields of the answers.</summary>
    [Fact]
    public void Every_example_has_the_fields_of_the_answer()
    {
        foreach ((EndpointDescription endpoint, EndpointCase found) in AuditTable.Of(Node).Where(static pair => pair.Case.Status == 200))
        {
            if (endpoint.Success.ContentType == "application/json" && found.Answer != "{}" && !found.Answer.EndsWith('*'))
            {
                string answer = found.Answer.Replace(":MS", ":1", StringComparison.Ordinal).Replace(":N,", ":1,", StringComparison.Ordinal).Replace(":N}", ":1}", StringComparison.Ordinal).Replace(":PORT", ":1", StringComparison.Ordinal);
                Assert.True(JsonFields.Of(answer) == JsonFields.Of(endpoint.Success.Example), $"{found.Endpoint}\n  answer  {found.Answer}\n  example {endpoint.Success.Example}");
            }
        }
    }

    private static IEnumerable<ErrorCase> ErrorsOf(EndpointDescription endpoint, EndpointCase found) => [.. GeneratedErrors.Of(endpoint, found), .. found.Errors];

    /// <summary>Parameters that exclude others, or of which the case has another form.</summary>
    private static bool IsNotSent(EndpointCase found, string name) => found.Endpoint == "GET /v1/console/namespaces" || (found.Endpoint.EndsWith("/events", StringComparison.Ordinal) && name == "client");

    private static string Describe(string call, AuditAnswer expected, AuditAnswer actual) => $"{call}\n  expected {expected}\n  actual   {actual}";

    private static bool Matches(string expected, string actual) =>
        expected.EndsWith('*') ? actual.StartsWith(expected[..^1], StringComparison.Ordinal) && actual.Length > expected.Length : expected == actual;

    private async Task CheckSuccessAsync(EndpointDescription endpoint, EndpointCase found, string method, string path, bool isForm, List<string> wrong)
    {
        await using AuditNode? fresh = found.NeedsFreshNode ? await AuditNode.StartAsync() : null;
        AuditNode node = fresh ?? Node;
        await node.SetUpAsync(found.Setup);
        if (path == EventPath)
        {
            // A worker fills the ring, so it may keep an event only after the call that caused it has been answered.
            await Eventually.TrueAsync(() => node.Host.Node.EventRing!.Total >= EventsOfSetUp, "the events of the set-up are kept");
        }

        using HttpContent? content = found.Json is { } json ? AuditNode.JsonOf(json) : isForm ? AuditNode.FormOf(found.Query) : null;
        AuditAnswer actual = await node.SendAsync(method, isForm ? path : $"{path}?{found.Query}", content);
        string type = found.Status != 200 ? ErrorTypeOf(found.Answer) : endpoint.Success.ContentType switch
        {
            "text/plain" => ErrorForm.TextType,
            "application/json" => ErrorForm.JsonType,
            string other => other,
        };
        AuditAnswer expected = new(found.Status, found.Answer, type, Allow: null, SaysWhenToRetry: false);
        if (!Matches(found.Answer, actual.Body) || expected != actual with { Body = expected.Body })
        {
            wrong.Add(Describe($"{method} {path}?{found.Query}{(isForm ? " as a form" : "")}", expected, actual));
        }
    }

    private static string ErrorTypeOf(string body) => body.StartsWith('{') ? ErrorForm.JsonType : ErrorForm.TextType;

    private async Task CheckErrorAsync(EndpointDescription endpoint, EndpointCase found, ErrorCase error, List<string> wrong)
    {
        await using AuditNode? fresh = error.Setup.Length > 0 ? await AuditNode.StartAsync() : null;
        AuditNode node = fresh ?? (error.NeedsFullNode ? await fixture.FullNodeAsync() : Node);
        await node.SetUpAsync(error.Setup);
        string path = AuditTable.PathsOf(node, endpoint, error.PathValues is { } values ? found with { PathValues = values } : found).First();
        using HttpContent? content = error.Json is { } json ? AuditNode.JsonOf(json) : null;
        string[] headers = error.Class == ErrorClass.Remote ? [AuditNode.Remote("10.0.0.1")] : [];
        AuditAnswer actual = await node.SendAsync(endpoint.Method, $"{path}?{error.Query}", content, headers);
        (string body, string? type) = error.Body switch
        {
            { } line when line.EndsWith("\r\n", StringComparison.Ordinal) => (line, null),
            { } whole => (whole, ErrorForm.JsonType),
            null => ErrorForm.Of(endpoint, error.Status, error.Code, error.Text!),
        };
        AuditAnswer expected = new(error.Status, body, type, Allow: null, SaysWhenToRetry: false);
        if (expected != actual)
        {
            wrong.Add(Describe($"{endpoint.Method} {path}?{error.Query}", expected, actual));
        }
    }
}
