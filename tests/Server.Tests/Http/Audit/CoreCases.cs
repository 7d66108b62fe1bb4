using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>What the calls for members, connections, namespaces, the console and authentication must answer.</summary>
internal static class CoreCases
{
    private const string OneNode = "this version is one node: there is no cluster that a member could join or leave";
    private const string NoUsers = "caused: there is no authentication in this version: no users, roles and permissions;";
    private const string NoActuator = "there is no actuator: metrics are at /metrics, liveness and readiness at /health/live and /health/ready";
    private const string Member =
        """{"ip":"127.0.0.1","port":PORT,"state":"UP","extendInfo":{"lastRefreshTime":MS,"readyToUpgrade":true,"supportGrayModel":false,"version":"VERSION"},"address":"ADDRESS","abilities":{"remoteAbility":{"supportRemoteConnection":false,"grpcReportEnabled":false},"configAbility":{"supportRemoteMetrics":false},"namingAbility":{"supportJraft":false}},"grpcReportEnabled":false,"failAccessCnt":0}""";
    private const string Public = """{"namespace":"","namespaceShowName":"public","namespaceDesc":"Default Namespace","quota":200,"configCount":0,"type":0}""";
    private const string Blue = """{"namespace":"blue","namespaceShowName":"Blue","namespaceDesc":"d","quota":200,"configCount":0,"type":2}""";
    private const string Other = """{"ip":"10.0.0.2","port":8848}""";
    private const string MadeBlue = "POST /v2/console/namespace?namespaceId=blue&namespaceName=Blue&namespaceDesc=d";
    private const string RemoveBlue = "DELETE /v2/console/namespace?namespaceId=blue";
    private const string FullNamespaces = "10000 namespaces have names, and a node keeps no more";
    private const string LongText = "Param 'namespaceDesc' is illegal, it must not be longer than 256 characters.";

    private static readonly string LongDescription = new('x', 257);

    public static IEnumerable<EndpointCase> All => [.. Cluster, .. Operations, .. Loader, .. Namespaces, .. Console, .. Authentication, .. Discovery];

    private static string Rest(string data) => $$"""{"code":200,"message":null,"data":{{data}}}""";

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private static string Failed(int code, string message) => $$"""{"code":{{code}},"message":"{{message}}","data":null}""";

    private static ErrorCase Refused(string text, string query = "", string? json = null) => ErrorCase.Own(query, text, ResultCode.ServerError, 501) with { Json = json };

    private static IEnumerable<EndpointCase> Cluster =>
    [
        new("GET /v1/core/cluster/self", "", Rest(Member)),
        new("GET /v1/core/cluster/nodes", "keyword=127.", Rest($"[{Member}]")),
        new("GET /v1/core/cluster/simple/nodes", "", Rest("[\"ADDRESS\"]")),
        new("GET /v1/core/cluster/health", "", Rest("\"UP\"")),
        new("POST /v1/core/cluster/report", "", $"caused: {OneNode};")
        {
            Status = 501,
            Json = Other,
            Errors = [ErrorCase.Own("", "", ResultCode.ServerError, 200) with { Json = "{}", Body = Failed(400, "Node information is illegal") }, Refused(OneNode, json: Other)],
        },
        new("POST /v1/core/cluster/server/leave", "", Failed(405, "/v1/core/cluster/server/leave API not allow to use temporarily.")) { Json = "[]" },
        new("POST /v1/core/cluster/switch/lookup", "type=file", $"caused: {OneNode};") { Status = 501, Errors = [Refused(OneNode, "type=file")] },
        new("GET /v2/core/cluster/node/self", "", Result(Member)),
        new("GET /v2/core/cluster/node/self/health", "", Result("\"UP\"")),
        new("GET /v2/core/cluster/node/list", "address=127.&state=up", Result($"[{Member}]"))
        {
            Errors = [ErrorCase.Own("state=odd", "Illegal state: odd", ResultCode.IllegalState)],
        },
        new("PUT /v2/core/cluster/node/list", "", $$"""{"code":30000,"message":"server error","data":"{{OneNode}}"}""")
        {
            Status = 501,
            Json = $"[{Other}]",
            Errors =
            [
                ErrorCase.Own("", "required parameter 'nodes' is missing", ResultCode.ParameterMissing) with { Json = "[]" },
                Refused(OneNode, json: $"[{Other}]"),
            ],
        },
        new("PUT /v2/core/cluster/lookup", "type=file", $$"""{"code":30000,"message":"server error","data":"{{OneNode}}"}""")
        {
            Status = 501,
            Errors = [ErrorCase.Own("type=odd", "Param 'type' is illegal, it must be file or address-server."), Refused(OneNode, "type=file")],
        },
        new("DELETE /v2/core/cluster/nodes", "addresses=x", Failed(405, "DELETE /v2/core/cluster/nodes API not allow to use temporarily.")),
    ];

    private static IEnumerable<EndpointCase> Operations =>
    [
        new("POST /v1/core/ops/raft", "", "caused: this version has no raft group;") { Status = 501, Json = "{}", Errors = [Refused("this version has no raft group", json: "{}")] },
        new("GET /v1/core/ops/idInfo", "", Rest("{}")),
        new("GET /v2/core/ops/ids", "", Rest("[]")),
    ];

    private static IEnumerable<EndpointCase> Loader
    {
        get
        {
            const string Redirect = "Param 'redirectAddress' is illegal, it must have the form host:port, not \"nowhere\".";
            return
            [
                new("GET /v2/core/loader/current", "", "{}"),
                new(
                    "GET /v2/core/loader/cluster",
                    "",
                    """{"total":0,"min":0,"avg":0,"max":0,"memberCount":1,"metricsCount":1,"threshold":0.0,"completed":true,"detail":[{"address":"ADDRESS","metric":{"conCount":"0","sdkConCount":"0","load":N,"cpu":N}}]}"""),
                new("GET /v2/core/loader/reloadCurrent", "count=100000&redirectAddress=127.0.0.1:7848", "success")
                {
                    JudgedOtherwise = ["count"],
                    Errors =
                    [
                        ErrorCase.Own("", "Param 'count' is required.", ResultCode.ParameterMissing),
                        ErrorCase.Own("count=many", $"Param 'count' is illegal, it must be a whole number between 0 and {int.MaxValue}."),
                        ErrorCase.Own("count=1&redirectAddress=nowhere", Redirect),
                    ],
                },
                new("GET /v2/core/loader/reloadClient", "connectionId=1_2_3&redirectAddress=127.0.0.1:7848", "success")
                {
                    Errors =
                    [
                        ErrorCase.Own("connectionId=7", "Param 'connectionId' is illegal, it must be an id from /nacos/v2/core/loader/current."),
                        ErrorCase.Own("connectionId=1_2_3&redirectAddress=nowhere", Redirect),
                    ],
                },
                new("GET /v2/core/loader/smartReloadCluster", "loaderFactor=0.2&force=true", "Ok")
                {
                    JudgedOtherwise = ["force"],
                    Errors = [ErrorCase.Own("loaderFactor=2", "Param 'loaderFactor' is illegal, it must be between 0 and 1.")],
                },
            ];
        }
    }

    private static IEnumerable<EndpointCase> Namespaces =>
    [
        new("GET /v1/console/namespaces", "", Rest($"[{Public},{Blue}]"))
        {
            NeedsFreshNode = true,
            Setup = [RemoveBlue, MadeBlue],
            Errors =
            [
                ErrorCase.Own("show=all", "Parameter 'namespaceId' is missing", ResultCode.ParameterMissing),
                ErrorCase.Own("checkNamespaceIdExist=true", "Parameter 'customNamespaceId' is missing", ResultCode.ParameterMissing),
                ErrorCase.Own("show=all&namespaceId=none", "namespaceId [ none ] not exist", ResultCode.NamespaceNotExist, 404),
            ],
        },
        new("POST /v1/console/namespaces", "customNamespaceId=blue&namespaceName=Blue&namespaceDesc=d", "true")
        {
            Setup = [RemoveBlue],
            MayBeEmpty = ["customNamespaceId"],
            Errors =
            [
                ErrorCase.Own($"customNamespaceId=long&namespaceName=n&namespaceDesc={LongDescription}", LongText),
                ErrorCase.Full("customNamespaceId=more&namespaceName=n", FullNamespaces),
            ],
        },
        new("PUT /v1/console/namespaces", "namespace=blue&namespaceShowName=Navy&namespaceDesc=d", "true")
        {
            Setup = [RemoveBlue, MadeBlue],
            MayBeEmpty = ["namespace"],
            Errors = [ErrorCase.Own($"namespace=blue&namespaceShowName=n&namespaceDesc={LongDescription}", LongText)],
        },
        new("DELETE /v1/console/namespaces", "namespaceId=blue", "true") { Setup = [RemoveBlue, MadeBlue], MayBeEmpty = ["namespaceId"] },
        new("GET /v2/console/namespace/list", "", Result($"[{Public},{Blue}]")) { NeedsFreshNode = true, Setup = [RemoveBlue, MadeBlue] },
        new("GET /v2/console/namespace", "namespaceId=blue", Result(Blue))
        {
            Setup = [RemoveBlue, MadeBlue],
            MayBeEmpty = ["namespaceId"],
            Errors = [ErrorCase.Own("namespaceId=none", "namespaceId [ none ] not exist", ResultCode.NamespaceNotExist, 404)],
        },
        new("POST /v2/console/namespace", "namespaceId=blue&namespaceName=Blue&namespaceDesc=d", Result("true"))
        {
            Setup = [RemoveBlue],
            MayBeEmpty = ["namespaceId"],
            Errors =
            [
                ErrorCase.Own("namespaceId=public&namespaceName=n", "the namespaceId is existed, namespaceId: public", ResultCode.IllegalNamespace),
                ErrorCase.Own($"namespaceId=long&namespaceName=n&namespaceDesc={LongDescription}", LongText),
                ErrorCase.Full("namespaceId=more&namespaceName=n", FullNamespaces),
            ],
        },
        new("PUT /v2/console/namespace", "namespaceId=blue&namespaceName=Navy&namespaceDesc=d", Result("true"))
        {
            Setup = [RemoveBlue, MadeBlue],
            MayBeEmpty = ["namespaceId"],
            Errors =
            [
                ErrorCase.Own("namespaceId=&namespaceName=n", "the public namespace cannot be changed or deleted", ResultCode.IllegalNamespace),
                ErrorCase.Own("namespaceId=none&namespaceName=n", "namespaceId [ none ] not exist", ResultCode.NamespaceNotExist, 404),
            ],
        },
        new("DELETE /v2/console/namespace", "namespaceId=blue", Result("true"))
        {
            Setup = [RemoveBlue, MadeBlue],
            MayBeEmpty = ["namespaceId"],
            Errors = [ErrorCase.Own("namespaceId=", "the public namespace cannot be changed or deleted", ResultCode.IllegalNamespace)],
        },
    ];

    private static IEnumerable<EndpointCase> Console
    {
        get
        {
            string[] refusing = ["PUT /v1/ns/operator/switches?entry=overriddenServerStatus&value=DOWN"];
            return
            [
                new("GET /v1/console/health/liveness", "", "OK"),
                new("GET /v1/console/health/readiness", "", "OK")
                {
                    Errors = [ErrorCase.Own("", "naming not in readiness", ResultCode.ServerError, 500) with { Setup = refusing }],
                },
                new("GET /v2/console/health/liveness", "", Result("\"ok\"")),
                new("GET /v2/console/health/readiness", "", Result("\"ok\""))
                {
                    Errors = [ErrorCase.Own("", "", ResultCode.ServerError, 200) with { Setup = refusing, Body = Failed(30000, "naming not in readiness") }],
                },
                new(
                    "GET /v1/console/server/state",
                    "",
                    """{"version":"VERSION","startup_mode":"standalone","function_mode":"naming","server_port":"PORT","auth_enabled":"false","auth_system_type":null,"login_page_enabled":"false","auth_admin_request":"false","console_ui_enabled":"false"}"""),
                new("GET /v1/console/server/announcement", "language=zh-CN", Rest("null"))
                {
                    Errors = [ErrorCase.Own("language=../x", "Param 'language' is illegal, it must be a name such as zh-CN.")],
                },
                new("GET /v1/console/server/guide", "", Rest("null")),
                new("GET /actuator", "", NoActuator) { Status = 501, Errors = [Refused(NoActuator)] },
            ];
        }
    }

    private static IEnumerable<EndpointCase> Authentication =>
    [
        new("POST /v1/auth/users/login", "username=nacos&password=x", """{"accessToken":"AUTH_DISABLED","tokenTtl":18000,"globalAdmin":true,"username":"nacos"}""")
        {
            MayBeEmpty = ["password"],
        },
        .. from call in new[]
           {
               "POST /v1/auth/users?username=u&password=p", "PUT /v1/auth/users?username=u&newPassword=p", "DELETE /v1/auth/users?username=u", "GET /v1/auth/users?search=blur",
               "GET /v1/auth/users/search?username=u", "PUT /v1/auth/users/password?oldPassword=a&newPassword=b", "POST /v1/auth/users/admin?password=p",
               "POST /v1/auth/roles?role=r&username=u", "DELETE /v1/auth/roles?role=r", "GET /v1/auth/roles?search=blur", "GET /v1/auth/roles/search?role=r",
               "POST /v1/auth/permissions?role=r&resource=x&action=rw", "DELETE /v1/auth/permissions?role=r&resource=x&action=rw", "GET /v1/auth/permissions?search=blur",
           }
           let parts = call.Split('?')
           select new EndpointCase(parts[0], parts[1], NoUsers) { Status = 501, Errors = [Refused("there is no authentication in this version: no users, roles and permissions", parts[1])] },
    ];

    private static IEnumerable<EndpointCase> Discovery
    {
        get
        {
            const string Target = """[{"targets":["1.1.1.1:80"],"labels":{"__meta_clusterName":"east","my_key":"v"}}]""";
            string[] registered = ["POST /v1/ns/instance?serviceName=s&namespaceId=p&ip=1.1.1.1&port=80&clusterName=east&metadata=my.key%3Dv"];
            return
            [
                new("GET /prometheus", "", Target) { NeedsFreshNode = true, Setup = registered },
                new("GET /prometheus/namespaceId/{namespaceId}", "", Target) { PathValues = ["p"], Setup = registered },
                new("GET /prometheus/namespaceId/{namespaceId}/service/{service}", "", Target) { PathValues = ["p", "s"], Setup = registered },
            ];
        }
    }
}
