using NBomber.Contracts;
using NBomber.Contracts.Stats;

namespace NBomber.CSharp;

/// <summary>Runs scenarios.</summary>
public static class NBomberRunner
{
    public static NBomberContext RegisterScenarios(params ScenarioProps[] scenarios) => throw SignaturesOnly.Fault;

    public static NBomberContext WithTestSuite(this NBomberContext context, string testSuite) => throw SignaturesOnly.Fault;

    public static NBomberContext WithTestName(this NBomberContext context, string testName) => throw SignaturesOnly.Fault;

    public static NBomberContext WithLicense(this NBomberContext context, string license) => throw SignaturesOnly.Fault;

    public static NBomberContext WithScenarioCompletionTimeout(this NBomberContext context, TimeSpan timeout) => throw SignaturesOnly.Fault;

    public static NodeStats Run(this NBomberContext context) => throw SignaturesOnly.Fault;

    public static NodeStats Run(this NBomberContext context, params string[] args) => throw SignaturesOnly.Fault;
}
