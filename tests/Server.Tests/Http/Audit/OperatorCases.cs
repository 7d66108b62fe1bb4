using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>What the operators' calls must answer.</summary>
internal static class OperatorCases
{
    private const string Switches =
        """{"masters":null,"adWeightMap":{},"defaultPushCacheMillis":10000,"clientBeatInterval":5000,"defaultCacheMillis":3000,"distroThreshold":0.7,"healthCheckEnabled":true,"autoChangeHealthCheckEnabled":true,"distroEnabled":true,"enableStandalone":true,"pushEnabled":true,"checkTimes":3,"httpHealthParams":{"max":5000,"min":500,"factor":0.85},"tcpHealthParams":{"max":5000,"min":1000,"factor":0.75},"mysqlHealthParams":{"max":3000,"min":2000,"factor":0.65},"incrementalList":[],"serverStatusSynchronizationPeriodMillis":2000,"serviceStatusSynchronizationPeriodMillis":5000,"disableAddIP":false,"sendBeatOnly":false,"lightBeatEnabled":true,"limitedUrlMap":{},"distroServerExpiredMillis":10000,"pushGoVersion":"0.1.0","pushJavaVersion":"0.1.0","pushPythonVersion":"0.4.3","pushCVersion":"1.0.12","pushCSharpVersion":"0.9.0","enableAuthentication":false,"overriddenServerStatus":null,"defaultInstanceEphemeral":true,"healthCheckWhiteList":[],"name":"00-00---000-NACOS_SWITCH_DOMAIN-000---00-00","checksum":null}""";

    private const string Figures =
        "\"clientCount\":1,\"connectionBasedClientCount\":0,\"ephemeralIpPortClientCount\":1,\"persistentIpPortClientCount\":0,\"responsibleClientCount\":1,\"cpu\":N,\"load\":N,\"mem\":N";

    private const string Counts = "\"status\":\"UP\",\"serviceCount\":1,\"instanceCount\":1,\"subscribeCount\":0";
    private const string Registered = "POST /v1/ns/instance?serviceName=s&ip=1.1.1.1&port=80";

    public static IEnumerable<EndpointCase> All => [.. Operator, .. Clients, .. Own];

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private static ErrorCase[] SwitchErrors =>
    [
        ErrorCase.Own("entry=pushEnabled&value=maybe", "pushEnabled must be true or false", ResultCode.ServerError),
        ErrorCase.Own("entry=pushCacheMillis&value=9999", "pushCacheMillis must be a whole number from 10000 to 86400000", ResultCode.ServerError),
        ErrorCase.Own("entry=pushVersion&value=java", "pushVersion must be of the form type:n.n.n with type java, python, c, go or csharp", ResultCode.ServerError),
        ErrorCase.Own("entry=masters&value=a", "switch masters has nothing to switch in this version", ResultCode.ServerError, 501),
    ];

    private static ErrorCase[] LogErrors =>
    [
        ErrorCase.Own("logName=core&logLevel=LOUD", "Param 'logLevel' is illegal, it must be TRACE, DEBUG, INFO, WARN, ERROR or OFF."),
        ErrorCase.Own("logName=odd&logLevel=INFO", $"Param 'logName' is illegal, it must be one of {LogNames}."),
        ErrorCase.Own("logName=core-raft&logLevel=INFO", $"this version has no log core-raft; there are {LogNames}", ResultCode.ServerError, 501),
    ];

    private static string LogNames => FastRegistry.Server.Nacos.Operator.LogNames.Known;

    private static IEnumerable<EndpointCase> Operator =>
    [
        new("GET /v1/ns/operator/switches", "", Switches) { NeedsFreshNode = true },
        new("PUT /v1/ns/operator/switches", "entry=healthCheckTimes&value=3&debug=true", "ok") { MayBeEmpty = ["value"], Errors = SwitchErrors },
        new("GET /v2/ns/operator/switches", "", Result(Switches)) { NeedsFreshNode = true },
        new("PUT /v2/ns/operator/switches", "entry=healthCheckTimes&value=3&debug=true", Result("\"ok\"")) { JudgedOtherwise = ["debug"], Errors = SwitchErrors },
        new("GET /v1/ns/operator/metrics", "onlyStatus=false", $"{{{Counts},\"responsibleInstanceCount\":1,{Figures}}}") { NeedsFreshNode = true, Setup = [Registered] },
        new("GET /v2/ns/operator/metrics", "onlyStatus=false", Result($"{{{Counts},{Figures}}}"))
        {
            NeedsFreshNode = true,
            Setup = [Registered],
            JudgedOtherwise = ["onlyStatus"],
        },
        new("GET /v1/ns/operator/push/state", "detail=true&reset=true", """{"succeed":0,"total":0,"ratio":0,"detail":{"avgPushCost":-1,"maxPushCost":-1},"reset":true}""")
        {
            NeedsFreshNode = true,
            Errors = [new(ErrorClass.Remote, "reset=true", 403, ResultCode.AccessDenied, "operator calls are taken from this machine only (Operator:Remote is false)")],
        },
        new("GET /v1/ns/operator/distro/client", "ip=1.1.1.1&port=80", """{"responsibleServer":"ADDRESS"}"""),
        new("PUT /v1/ns/operator/log", "logName=Microsoft&logLevel=OFF", "ok") { Errors = LogErrors },
        new("PUT /v1/core/ops/log", "logName=Microsoft&logLevel=OFF", "200") { Errors = LogErrors },
        new("PUT /v2/core/ops/log", "", """{"code":200,"message":null,"data":null}""")
        {
            Json = """{"logName":"Microsoft","logLevel":"OFF"}""",
            Errors =
            [
                ErrorCase.Own("", "required parameter 'logName' is missing", ResultCode.ParameterMissing) with { Json = "{}" },
                ErrorCase.Own("", "required parameter 'logName' is missing", ResultCode.ParameterMissing) with { Json = "{" },
                ErrorCase.Own("", "required parameter 'logLevel' is missing", ResultCode.ParameterMissing) with { Json = """{"logName":"core"}""" },
                .. LogErrors.Select(static error => error with
                {
                    Query = "",
                    Json = $$"""{"logName":"{{new QueryText(error.Query).Find("logName")}}","logLevel":"{{new QueryText(error.Query).Find("logLevel")}}"}""",
                }),
            ],
        },
    ];

    private static IEnumerable<EndpointCase> Clients
    {
        get
        {
            const string Publisher = "POST /v1/ns/instance?serviceName=s&groupName=g&namespaceId=n&ip=1.1.1.1&port=80&clusterName=east";
            const string Subscriber = "GET /v1/ns/instance/list?serviceName=s&groupName=g&namespaceId=n&clientIP=127.0.0.1&udpPort=4711&app=shop";
            const string OfService = "serviceName=s&groupName=g&namespaceId=n&ephemeral=true";
            ErrorCase[] unknown = [ErrorCase.Own("clientId=1.1.1.1:1%23true", "clientId [ 1.1.1.1:1#true ] not exist", ResultCode.ResourceNotFound, 404)];
            return
            [
                new("GET /v2/ns/client/list", "", Result("""["1.1.1.1:80#true","127.0.0.1:4711#true"]""")) { NeedsFreshNode = true, Setup = [Publisher, Subscriber] },
                new(
                    "GET /v2/ns/client",
                    "clientId=1.1.1.1:80%23true",
                    Result("""{"clientId":"1.1.1.1:80#true","ephemeral":true,"lastUpdatedTime":MS,"clientType":"ipPort","clientIp":"1.1.1.1","clientPort":"80"}"""))
                {
                    NeedsFreshNode = true,
                    Setup = [Publisher],
                    Errors = unknown,
                },
                new(
                    "GET /v2/ns/client/publish/list",
                    "clientId=1.1.1.1:80%23true",
                    Result("""[{"namespace":"n","group":"g","serviceName":"s","registeredInstance":{"ip":"1.1.1.1","port":80,"cluster":"east"}}]"""))
                {
                    NeedsFreshNode = true,
                    Setup = [Publisher],
                    Errors = unknown,
                },
                new(
                    "GET /v2/ns/client/subscribe/list",
                    "clientId=127.0.0.1:4711%23true",
                    Result("""[{"namespace":"n","group":"g","serviceName":"s","subscriberInfo":{"app":"shop","agent":"Nacos-Java-Client:v1.4.6","addr":"127.0.0.1:4711"}}]"""))
                {
                    NeedsFreshNode = true,
                    Setup = [Subscriber],
                    Errors = unknown,
                },
                new(
                    "GET /v2/ns/client/service/publisher/list",
                    $"{OfService}&ip=1.1.1.1&port=80",
                    Result("""[{"ip":"1.1.1.1","port":80,"cluster":"east","clientId":"1.1.1.1:80#true"}]"""))
                {
                    NeedsFreshNode = true,
                    Setup = [Publisher],
                    JudgedOtherwise = ["ephemeral"],
                },
                new(
                    "GET /v2/ns/client/service/subscriber/list",
                    $"{OfService}&ip=127.0.0.1&port=4711",
                    Result("""[{"clientId":"127.0.0.1:4711#true","ip":"127.0.0.1","port":4711}]"""))
                {
                    NeedsFreshNode = true,
                    Setup = [Subscriber],
                    JudgedOtherwise = ["ephemeral"],
                },
            ];
        }
    }

    private static IEnumerable<EndpointCase> Own =>
    [
        new("GET /health/live", "", "alive"),
        new("GET /health/ready", "", "ready")
        {
            Errors = [ErrorCase.Own("", "read_only", ResultCode.ServerError, 503) with { Setup = ["PUT /v1/ns/operator/switches?entry=overriddenServerStatus&value=READ_ONLY"] }],
        },
        new("GET /metrics", "", "# *"),
        new("POST /fastregistry/v1/operator/collect", "", """{"managedHeapBytes":N,"residentAnonymousBytes":N,"connections":0}"""),
        new(
            "GET /fastregistry/v1/operator/events",
            "kind=ServiceCreated&service=public/DEFAULT_GROUP@@s&limit=10",
            """{"total":3,"events":[{"number":2,"time":"TIME","kind":"ServiceCreated","service":"public/DEFAULT_GROUP@@s"}]}""")
        {
            NeedsFreshNode = true,
            Setup = [Registered],
            JudgedOtherwise = ["limit"],
            Errors =
            [
                ErrorCase.Own("odd=1", "Param 'odd' is illegal, it must be one of kind, service, client, limit."),
                ErrorCase.Own("limit=0", "Param 'limit' is illegal, it must be a number between 1 and 10000."),
                ErrorCase.Own("limit=x", "Param 'limit' is illegal, it must be a number between 1 and 10000."),
            ],
        },
        new("GET /openapi/v1.json", "", """{"openapi":"3.0.3",*"""),
    ];
}
