using FastRegistry.Node.Admission;
using FastRegistry.Node.Hosting;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Operator;

/// <summary><c>…/ns/operator/switches</c>: what can be changed while the node runs.</summary>
internal sealed class SwitchEndpoints(RegistryNode node)
{
    private static readonly string Example = System.Text.Encoding.UTF8.GetString(SwitchDocument.Encode(new Switches()));

    private static readonly EndpointDescription Show = new("GET", "/v1/ns/operator/switches", "All switches with their values.")
    {
        OtherPaths = ["/v1/ns/ops/switches"],
        Success = SuccessDescription.Json(Example),
        Note = "Switches that switch nothing in this version show Nacos' defaults.",
    };

    private static readonly EndpointDescription Set = new("PUT", "/v1/ns/operator/switches", "Sets one switch of this node, until it stops.")
    {
        OtherPaths = ["/v1/ns/ops/switches"],
        MissingText = MissingParameterText.Missing,
        IsForOperators = true,
        Parameters =
        [
            ParameterDescription.Required("entry", ParameterType.Text, "Its name."),
            ParameterDescription.Required("value", ParameterType.Text, "Its new value."),
            ParameterDescription.Optional("debug", ParameterType.Flag, "false", "This node only; it always is."),
        ],
        Errors =
        [
            new ErrorDescription(400, ResultCode.ParameterMissing, "a required parameter is missing"),
            new ErrorDescription(400, ResultCode.ServerError, "there is no such switch, or the value breaks its rule"),
            new ErrorDescription(501, ResultCode.ServerError, "a switch of Nacos that has nothing to switch in this version"),
        ],
        State = EndpointState.Partial,
        Note = $"Kept in memory. An unknown switch and a word that is neither true nor false are 400, where Nacos answers ok. 501: {string.Join(", ", SwitchDocument.WithoutEffect)}.",
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Show, call => call.JsonAsync(SwitchDocument.Encode(node.Switches.Current)));
        api.Map(Set, SetAsync);
        api.Map(
            Show with
            {
                Path = "/v2/ns/operator/switches",
                OtherPaths = ["/v2/ns/ops/switches"],
                Style = ApiStyle.V2,
                Success = SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{Example}}}"""),
            },
            call => call.ResultAsync(SwitchDocument.Encode(node.Switches.Current)));
        api.Map(
            Set with
            {
                Path = "/v2/ns/operator/switches",
                OtherPaths = ["/v2/ns/ops/switches"],
                Style = ApiStyle.V2,
                MissingText = MissingParameterText.RequiredOfType,
                Success = SuccessDescription.OkResult,
            },
            SetAsync);
    }

    private Task SetAsync(ApiCall call)
    {
        string entry = HttpError.Quote(call.Parameters.Require("entry"));

        // v1 takes an empty value: it clears a map or an override.
        string value = call.IsV2
            ? call.Parameters.Require("value")
            : call.Parameters.FindOrEmpty("value") ?? throw HttpError.Missing("value", "String", call.Parameters.MissingText);
        if (SwitchDocument.WithoutEffect.Contains(entry))
        {
            throw HttpError.NotSupported($"switch {entry} has nothing to switch in this version");
        }

        return node.Switches.TryUpdate(entry, value, out string? error) ? call.OkAsync() : throw HttpError.Illegal(error, ResultCode.ServerError);
    }
}
