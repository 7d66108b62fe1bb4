using NBomber.Contracts;

namespace NBomber.CSharp;

/// <summary>Measures a part of an iteration.</summary>
public static class Step
{
    public static Task<Response<T>> Run<T>(string name, IScenarioContext context, Func<Task<Response<T>>> run) => throw SignaturesOnly.Fault;
}
