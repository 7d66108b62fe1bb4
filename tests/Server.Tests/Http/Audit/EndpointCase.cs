namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>What an endpoint must answer: to a call that is right, and to those that are wrong in ways only it has.</summary>
/// <param name="Endpoint">Method and path as the route table has them.</param>
/// <param name="Query">Parameters of a call that succeeds, as many of them as there are.</param>
/// <param name="Answer">The body, exact to the field; times and figures as <c>AuditNode.Scrub</c> leaves them.</param>
internal sealed record EndpointCase(string Endpoint, string Query, string Answer)
{
    /// <summary>200 unless the endpoint is one of those that this version does not have.</summary>
    public int Status { get; init; } = 200;

    /// <summary>A JSON body.</summary>
    public string? Json { get; init; }

    /// <summary>Values of the path's parameters.</summary>
    public string[] PathValues { get; init; } = [];

    /// <summary>Calls before it.</summary>
    public string[] Setup { get; init; } = [];

    /// <summary>It tells of the whole node: a node of its own.</summary>
    public bool NeedsFreshNode { get; init; }

    /// <summary>Parameters to which empty means something.</summary>
    public string[] MayBeEmpty { get; init; } = [];

    /// <summary>Parameters whose rule has words of its own, or that are not judged; they are among <see cref="Errors"/>.</summary>
    public string[] JudgedOtherwise { get; init; } = [];

    /// <summary>What only it refuses.</summary>
    public ErrorCase[] Errors { get; init; } = [];
}
