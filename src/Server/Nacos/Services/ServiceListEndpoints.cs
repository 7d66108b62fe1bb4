using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Services;

/// <summary>Lists of services, in both versions, and the types of selectors. Names are sorted, so pages do not shift.</summary>
internal sealed class ServiceListEndpoints(ServiceRegistry registry)
{
    private const int DefaultPageSize = 20;
    private const int MaximumPageSize = 500;

    private static readonly EndpointDescription List = new("GET", "/v1/ns/service/list", "Names of a group's services, a page at a time.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            ServiceParameters.PageNumber,
            ServiceParameters.PageSize,
            ServiceParameters.Namespace,
            ParameterDescription.Optional("groupName", ParameterType.Text, "DEFAULT_GROUP", "Group, exactly."),
            ServiceParameters.IgnoredSelector,
        ],
        Success = SuccessDescription.Json("""{"count":12,"doms":["a","b"]}"""),
        Errors = [ServiceParameters.Missing, ServiceParameters.NotANumber],
        Note = "Sorted. A page that is no number is 400, not 0.",
        Operation = NamingOperation.HttpServiceList,
    };

    private static readonly EndpointDescription ListV2 = List with
    {
        Path = "/v2/ns/service/list",
        Style = ApiStyle.V2,
        Parameters =
        [
            .. List.Parameters.Skip(2),
            ServiceParameters.PageNumber with { IsRequired = false, Default = "1" },
            ServiceParameters.PageSize with { IsRequired = false, Default = "20", Text = "How long a page is; at most 500." },
        ],
        Success = SuccessDescription.Json("""{"code":0,"message":"success","data":{"count":2,"services":["a","b"]}}"""),
        Errors = [ServiceParameters.NotANumber],
    };

    private static readonly EndpointDescription Names = new("GET", "/v1/ns/service/names", "Names of all services with their groups, by namespace.")
    {
        Checks = ParameterChecks.Naming,
        Parameters =
        [
            ServiceParameters.Namespace with { Default = "all", Text = "Namespace." },
            ParameterDescription.Optional("expr", ParameterType.Text, null, "Part of a regular expression that `group@@name` must contain."),
        ],
        Success = SuccessDescription.Json("""{"META-INF/services":{"public":["DEFAULT_GROUP@@a"]},"count":1}"""),
        Errors = [new ErrorDescription(400, ResultCode.ParameterValidateError, "the expression is none, or too costly")],
        Note = "The odd key is Nacos'. Expressions are without look-around and back references.",
        Operation = NamingOperation.HttpServiceList,
    };

    private static readonly EndpointDescription SelectorTypes = new("GET", "/v1/ns/service/selector/types", "The types of selectors a service can have.")
    {
        Success = SuccessDescription.Json("""{"code":200,"message":null,"data":["label","none"]}"""),
    };

    public void Map(ApiRoutes api)
    {
        api.Map(List, ListAsync);
        api.Map(ListV2, ListV2Async);
        api.Map(Names, NamesAsync);
        api.Map(SelectorTypes, static call => call.RestResultAsync(JsonText.ArrayOf(SelectorText.Types)));
    }

    private Task ListAsync(ApiCall call)
    {
        Page page = new(call.Parameters.RequireWholeNumber("pageNo"), call.Parameters.RequireWholeNumber("pageSize"));
        return call.JsonAsync(EncodeList(call, page, "doms"));
    }

    private Task ListV2Async(ApiCall call)
    {
        int size = call.Parameters.FindWholeNumber("pageSize") ?? DefaultPageSize;
        Page page = new(call.Parameters.FindWholeNumber("pageNo") ?? 1, Math.Min(size, MaximumPageSize));
        return call.ResultAsync(EncodeList(call, page, "services"));
    }

    private byte[] EncodeList(ApiCall call, Page page, string member)
    {
        call.Check();
        string group = call.Parameters.Find("groupName") ?? ServiceKey.DefaultGroup;
        List<string> names = [];
        foreach (ServiceEntry entry in registry.ServicesInGroup(ServiceNames.NamespaceOf(call.Parameters), group))
        {
            if (entry.Kind is not null)
            {
                names.Add(entry.Key.Name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return JsonText.ObjectOf(json =>
        {
            json.WriteNumber("count", names.Count);
            json.WriteTexts(member, page.Of(names));
        });
    }

    private Task NamesAsync(ApiCall call)
    {
        call.Check();
        string? only = call.Parameters.Find("namespaceId");
        NamePattern pattern = NamePattern.Parse("expr", call.Parameters.Find("expr"));
        SortedDictionary<string, List<string>> byNamespace = new(StringComparer.Ordinal);
        if (only is not null)
        {
            byNamespace.Add(only, []);
        }

        foreach (ServiceEntry entry in registry.Services)
        {
            if (entry.Kind is null || (only is not null && entry.Key.Namespace != only))
            {
                continue;
            }

            if (!byNamespace.TryGetValue(entry.Key.Namespace, out List<string>? names))
            {
                byNamespace.Add(entry.Key.Namespace, names = []);
            }

            if (pattern.Matches(entry.Key.GroupedName))
            {
                names.Add(entry.Key.GroupedName);
            }
        }

        return call.JsonAsync(JsonText.ObjectOf(json =>
        {
            json.WriteStartObject("META-INF/services");
            foreach ((string name, List<string> names) in byNamespace)
            {
                names.Sort(StringComparer.Ordinal);
                json.WriteTexts(name, names);
            }

            json.WriteEndObject();
            json.WriteNumber("count", byNamespace.Values.Sum(static names => names.Count));
        }));
    }
}
