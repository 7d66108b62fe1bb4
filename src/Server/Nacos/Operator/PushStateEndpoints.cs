using FastRegistry.Node.Sessions;
using FastRegistry.Registry.Push;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Pipeline;
using FastRegistry.Server.Nacos.Instances;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>/v1/ns/operator/push/state</c> and <c>…/distro/client</c>: how pushing goes, and which node has a client.</summary>
internal sealed class PushStateEndpoints(PushDispatcher push, PushCost cost, OperatorAccess operators)
{
    private static readonly EndpointDescription PushState = new("GET", "/v1/ns/operator/push/state", "How many pushes succeeded.")
    {
        OtherPaths = ["/v1/ns/ops/push/state"],
        Parameters =
        [
            ParameterDescription.Optional("detail", ParameterType.Flag, "false", "Their cost too."),
            ParameterDescription.Optional("reset", ParameterType.Flag, "false", "Count from now on. From this machine only, as operator calls."),
        ],
        Success = SuccessDescription.Json("""{"succeed":9,"total":10,"ratio":0.9,"detail":{"avgPushCost":1,"maxPushCost":5},"reset":false}"""),
        Errors = [new ErrorDescription(403, ResultCode.AccessDenied, "`reset=true` from another machine")],
        Note = "Cost is the time from a change to its ack in milliseconds, sampled: the mean of this minute and the most since the start; -1 before the first sample.",
    };

    private static readonly EndpointDescription DistroClient = new("GET", "/v1/ns/operator/distro/client", "The node that is responsible for an ip and port.")
    {
        OtherPaths = ["/v1/ns/ops/distro/client"],
        MissingText = MissingParameterText.Missing,
        Parameters = [InstanceParameters.Ip, InstanceParameters.Port],
        Success = SuccessDescription.Json("""{"responsibleServer":"10.0.0.1:8848"}"""),
        Errors = [InstanceParameters.Missing, InstanceParameters.NotANumber],
        Note = "One node: always this one.",
    };

    private readonly PushCounts _counts = new(push);

    public void Map(ApiRoutes api)
    {
        api.Map(PushState, PushStateAsync);
        api.Map(DistroClient, call =>
        {
            call.Parameters.Require("ip");
            call.Parameters.RequireWholeNumber("port");
            string address = NodeAddress.Of(call.Context).ToString();
            return call.JsonAsync(JsonText.ObjectOf(json => json.WriteString("responsibleServer", address)));
        });
    }

    private Task PushStateAsync(ApiCall call)
    {
        bool reset = call.Parameters.FindWord("reset") == true;
        if (reset)
        {
            operators.Check(call.Context);
        }

        (long succeeded, long failed) = _counts.Read(reset);
        long total = succeeded + failed;
        return call.JsonAsync(JsonText.ObjectOf(json =>
        {
            json.WriteNumber("succeed", succeeded);
            json.WriteNumber("total", total);
            if (total == 0)
            {
                json.WriteNumber("ratio", 0);
            }
            else
            {
                json.WriteJavaNumber("ratio", Math.Round((double)succeeded / total, 6));
            }

            if (call.Parameters.FindWord("detail") == true)
            {
                json.WriteStartObject("detail");
                json.WriteNumber("avgPushCost", cost.CountThisMinute > 0 ? (long)Math.Round(cost.AverageMillisecondsThisMinute) : -1);
                json.WriteNumber("maxPushCost", cost.MaximumMilliseconds > 0 ? (long)Math.Round(cost.MaximumMilliseconds) : -1);
                json.WriteEndObject();
            }

            json.WriteBoolean("reset", reset);
        }));
    }
}

/// <summary>How many pushes succeeded and failed since an operator last reset the count.</summary>
/// <remarks>One per node; thread-safe. The workers' own counters are never reset, because metrics read them.</remarks>
internal sealed class PushCounts(PushDispatcher push)
{
    private readonly Lock _startLock = new();
    private (long Succeeded, long Failed) _start;

    /// <param name="reset">Count from now on, after this reading.</param>
    public (long Succeeded, long Failed) Read(bool reset)
    {
        lock (_startLock)
        {
            (long succeeded, long failed) = (push.Workers.Sum(static worker => worker.Pushes), push.Workers.Sum(static worker => worker.Failures));
            (long, long) counted = (succeeded - _start.Succeeded, failed - _start.Failed);
            if (reset)
            {
                _start = (succeeded, failed);
            }

            return counted;
        }
    }
}
