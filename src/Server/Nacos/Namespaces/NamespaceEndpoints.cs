using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary><c>/v1/console/namespaces</c>.</summary>
internal sealed class NamespaceV1Endpoints(NamespaceStore store)
{
    private const string Path = "/v1/console/namespaces";
    private const string InMemory = "Kept in memory, at most 10,000: a restart begins with the public one.";

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.ConsoleV1,
        MissingText = MissingParameterText.Missing,
        Checks = ParameterChecks.Console,
        Success = SuccessDescription.Json("true"),
        Errors = [new ErrorDescription(400, ResultCode.ParameterMissing, "a required parameter is missing")],
        Note = InMemory,
    };

    private static readonly EndpointDescription Show = Common with
    {
        Summary = "All namespaces; one of them with `show=all`; whether an id is taken with `checkNamespaceIdExist=true`.",
        Parameters =
        [
            ParameterDescription.Optional("show", ParameterType.Text, null, "`all`: the one that `namespaceId` names."),
            ParameterDescription.Optional("namespaceId", ParameterType.Text, null, "Required with `show=all`; empty = the public one."),
            ParameterDescription.Optional("checkNamespaceIdExist", ParameterType.Flag, null, "`true`: whether `customNamespaceId` is taken."),
            ParameterDescription.Optional("customNamespaceId", ParameterType.Text, null, "Required with `checkNamespaceIdExist=true`."),
        ],
        Success = SuccessDescription.Json($$"""{"code":200,"message":null,"data":[{{NamespaceJson.Example}}]}"""),
        Errors = [.. Common.Errors, new ErrorDescription(404, ResultCode.NamespaceNotExist, "`show=all`: there is no such namespace")],
        Note = "An unknown namespace is 404 and a missing parameter 400, both 500 in Nacos.",
    };

    private static readonly EndpointDescription Create = Common with
    {
        Method = "POST",
        Summary = "Gives a namespace a name; false when the id is taken, or id or name have characters they must not.",
        Parameters =
        [
            ParameterDescription.Required("customNamespaceId", ParameterType.Text, "Its id; empty = the node makes one."),
            ParameterDescription.Required("namespaceName", ParameterType.Text, "Its name, without `@#$%^&*`."),
            ParameterDescription.Optional("namespaceDesc", ParameterType.Text, null, "What it is for, at most 256 characters."),
        ],
        Errors = [.. Common.Errors, new ErrorDescription(400, ResultCode.ServerError, "10,000 namespaces have names")],
    };

    private static readonly EndpointDescription Update = Common with
    {
        Method = "PUT",
        Summary = "Renames a namespace; false when there is none, or it is the public one.",
        Parameters =
        [
            ParameterDescription.Required("namespace", ParameterType.Text, "Its id."),
            ParameterDescription.Required("namespaceShowName", ParameterType.Text, "Its new name."),
            ParameterDescription.Optional("namespaceDesc", ParameterType.Text, null, "What it is for, at most 256 characters."),
        ],
    };

    private static readonly EndpointDescription Delete = Common with
    {
        Method = "DELETE",
        Summary = "Takes the name of a namespace away; true also when it had none, false for the public one. Its services stay.",
        Parameters = [ParameterDescription.Required("namespaceId", ParameterType.Text, "Its id.")],
    };

    public void Map(ApiRoutes api)
    {
        api.Map(Show, ShowAsync);
        api.Map(Create, CreateAsync);
        api.Map(Update, UpdateAsync);
        api.Map(Delete, DeleteAsync);
    }

    private static Task AnswerAsync(ApiCall call, bool answer) => call.JsonAsync(answer ? "true"u8 : "false"u8);

    private Task ShowAsync(ApiCall call)
    {
        call.Check();
        if (call.Parameters.Find("show") == "all")
        {
            string id = call.Parameters.RequireOrEmpty("namespaceId");
            return store.TryGet(id, out NamespaceDescription? found)
                ? call.JsonAsync(JsonText.Of(json => NamespaceJson.Write(json, found)))
                : throw HttpError.NotFound($"namespaceId [ {HttpError.Quote(id)} ] not exist", ResultCode.NamespaceNotExist);
        }

        if (call.Parameters.Find("checkNamespaceIdExist") == "true")
        {
            string id = call.Parameters.RequireOrEmpty("customNamespaceId");
            return AnswerAsync(call, id.Length > 0 && store.IsTaken(id));
        }

        return call.RestResultAsync(JsonText.ArrayOf(store.ToArray(), NamespaceJson.Write));
    }

    private Task CreateAsync(ApiCall call)
    {
        call.Check();
        string id = call.Parameters.RequireOrEmpty("customNamespaceId");
        string name = call.Parameters.Require("namespaceName");
        string? text = NamespaceRules.CheckText(call.Parameters.Find("namespaceDesc"));
        id = id.Length > 0 ? id : Guid.NewGuid().ToString();
        if (NamespaceRules.FindBrokenId(id) is not null || NamespaceRules.FindBrokenName(name) is not null || store.IsTaken(id))
        {
            return AnswerAsync(call, false);
        }

        if (store.IsFull)
        {
            throw NamespaceRules.Full;
        }

        return AnswerAsync(call, store.TryAdd(new NamespaceDescription(id, name, text)));
    }

    private Task UpdateAsync(ApiCall call)
    {
        string id = call.Parameters.RequireOrEmpty("namespace");
        string name = call.Parameters.Require("namespaceShowName");
        string? text = NamespaceRules.CheckText(call.Parameters.Find("namespaceDesc"));
        return AnswerAsync(call, NamespaceRules.FindBrokenName(name) is null && store.TryReplace(new NamespaceDescription(id, name, text)));
    }

    private Task DeleteAsync(ApiCall call)
    {
        call.Check();
        string id = call.Parameters.RequireOrEmpty("namespaceId");
        store.Remove(id);
        return AnswerAsync(call, !store.IsTaken(id));
    }
}

/// <summary><c>/v2/console/namespace</c>.</summary>
internal sealed class NamespaceV2Endpoints(NamespaceStore store)
{
    private const string Path = "/v2/console/namespace";
    private const string InMemory = "Kept in memory, at most 10,000: a restart begins with the public one.";
    private const string Fixed = "the public namespace cannot be changed or deleted";

    private static readonly ErrorDescription Missing = new(400, ResultCode.ParameterMissing, "a required parameter is missing");
    private static readonly ErrorDescription Illegal = new(400, ResultCode.IllegalNamespace, "id or name break a rule, or the id is taken, or it is the public one");
    private static readonly ErrorDescription Unknown = new(404, ResultCode.NamespaceNotExist, "there is no such namespace");

    private static readonly EndpointDescription Common = new("GET", Path, "")
    {
        Style = ApiStyle.V2,
        MissingText = MissingParameterText.RequiredIsMissing,
        Checks = ParameterChecks.Console,
        Success = SuccessDescription.Json("""{"code":0,"message":"success","data":true}"""),
        Note = InMemory,
    };

    private static readonly EndpointDescription Form = Common with
    {
        Parameters =
        [
            ParameterDescription.Required("namespaceId", ParameterType.Text, "Its id; empty when it is made = the node makes one."),
            ParameterDescription.Required("namespaceName", ParameterType.Text, "Its name, without `@#$%^&*`."),
            ParameterDescription.Optional("namespaceDesc", ParameterType.Text, null, "What it is for, at most 256 characters."),
        ],
        Errors = [Missing, Illegal],
    };

    public void Map(ApiRoutes api)
    {
        api.Map(
            Common with
            {
                Path = $"{Path}/list",
                Summary = "All namespaces, the public one first.",
                Success = SuccessDescription.Json($$"""{"code":0,"message":"success","data":[{{NamespaceJson.Example}}]}"""),
            },
            call => call.ResultAsync(JsonText.ArrayOf(store.ToArray(), NamespaceJson.Write)));
        api.Map(
            Common with
            {
                Summary = "One namespace.",
                Parameters = [ParameterDescription.Required("namespaceId", ParameterType.Text, "Its id; empty = the public one.")],
                Success = SuccessDescription.Json($$"""{"code":0,"message":"success","data":{{NamespaceJson.Example}}}"""),
                Errors = [Missing, Unknown],
            },
            ShowAsync);
        api.Map(Form with { Method = "POST", Summary = "Gives a namespace a name.", Errors = [.. Form.Errors, new ErrorDescription(400, ResultCode.ServerError, "10,000 namespaces have names")] }, CreateAsync);
        api.Map(
            Form with
            {
                Method = "PUT",
                Summary = "Renames a namespace.",
                Errors = [Missing, Illegal, Unknown],
                Note = $"{InMemory} An unknown id is 404; Nacos answers true.",
            },
            UpdateAsync);
        api.Map(
            Common with
            {
                Method = "DELETE",
                Summary = "Takes the name of a namespace away; true also when it had none. Its services stay.",
                Parameters = [ParameterDescription.Required("namespaceId", ParameterType.Text, "Its id.")],
                Errors = [Missing, Illegal],
            },
            DeleteAsync);
    }

    private static Task DoneAsync(ApiCall call) => call.ResultAsync("true"u8);

    private static void ThrowIf(string? broken)
    {
        if (broken is not null)
        {
            throw HttpError.Illegal(broken, ResultCode.IllegalNamespace);
        }
    }

    private static NamespaceDescription ReadForm(ApiCall call)
    {
        call.Check();
        string id = call.Parameters.RequireOrEmpty("namespaceId");
        string name = call.Parameters.Require("namespaceName");
        ThrowIf(NamespaceRules.FindBrokenId(id) ?? NamespaceRules.FindBrokenName(name));
        return new NamespaceDescription(id, name, NamespaceRules.CheckText(call.Parameters.Find("namespaceDesc")));
    }

    private static HttpError NotFound(string id) => HttpError.NotFound($"namespaceId [ {HttpError.Quote(id)} ] not exist", ResultCode.NamespaceNotExist);

    private Task ShowAsync(ApiCall call)
    {
        call.Check();
        string id = call.Parameters.RequireOrEmpty("namespaceId");
        return store.TryGet(id, out NamespaceDescription? found) ? call.ResultAsync(JsonText.Of(json => NamespaceJson.Write(json, found))) : throw NotFound(id);
    }

    private Task CreateAsync(ApiCall call)
    {
        NamespaceDescription added = ReadForm(call);
        added = added.Id.Length > 0 ? added : added with { Id = Guid.NewGuid().ToString() };
        ThrowIf(store.IsTaken(added.Id) ? $"the namespaceId is existed, namespaceId: {added.Id}" : null);
        if (store.IsFull)
        {
            throw NamespaceRules.Full;
        }

        // Somebody else was faster.
        return store.TryAdd(added) ? DoneAsync(call) : throw HttpError.Illegal($"the namespaceId is existed, namespaceId: {added.Id}", ResultCode.NamespaceAlreadyExists);
    }

    private Task UpdateAsync(ApiCall call)
    {
        NamespaceDescription changed = ReadForm(call);
        ThrowIf(changed.IsPublic ? Fixed : null);
        return store.TryReplace(changed) ? DoneAsync(call) : throw NotFound(changed.Id);
    }

    private Task DeleteAsync(ApiCall call)
    {
        call.Check();
        string id = call.Parameters.RequireOrEmpty("namespaceId");
        ThrowIf(id is "" or ServiceKey.DefaultNamespace ? Fixed : null);
        store.Remove(id);
        return DoneAsync(call);
    }
}

/// <summary>Writes a namespace as Nacos' console reads it.</summary>
internal static class NamespaceJson
{
    public const string Example = """{"namespace":"","namespaceShowName":"public","namespaceDesc":"Default Namespace","quota":200,"configCount":0,"type":0}""";

    private const int Quota = 200;
    private const int PublicType = 0;
    private const int CustomType = 2;

    public static void Write(Utf8JsonWriter json, NamespaceDescription @namespace)
    {
        json.WriteStartObject();
        json.WriteString("namespace", @namespace.Id);
        json.WriteString("namespaceShowName", @namespace.Name);
        json.WriteString("namespaceDesc", @namespace.Text);

        // Of the configuration centre, which there is none of.
        json.WriteNumber("quota", Quota);
        json.WriteNumber("configCount", 0);
        json.WriteNumber("type", @namespace.IsPublic ? PublicType : CustomType);
        json.WriteEndObject();
    }
}
