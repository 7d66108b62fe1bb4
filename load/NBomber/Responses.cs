using FastRegistry.Load.Scenarios;
using NBomber.Contracts;
using NBomber.CSharp;

namespace FastRegistry.Load.NBomber;

/// <summary>Results in NBomber's form and back.</summary>
internal static class Responses
{
    public static Response<object> From(LoadResult result) => result.IsOk
        ? Response.Ok(statusCode: result.StatusCode, sizeBytes: result.SizeBytes)
        : Response.Fail(statusCode: result.StatusCode, message: result.StatusCode, sizeBytes: result.SizeBytes);

    public static LoadResult ToResult(Response<object> response) => new(!response.IsError, response.StatusCode, response.SizeBytes);
}
