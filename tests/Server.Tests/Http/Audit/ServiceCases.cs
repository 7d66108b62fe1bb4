using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>What the calls for services, clusters and views of them must answer.</summary>
internal static class ServiceCases
{
    private const string NoSelector = """{"type":"none","contextType":"NONE"}""";
    private const string Label = """{"type":"label","expression":"CONSUMER.label.A=PROVIDER.label.A"}""";
    private const string ShownLabel = """{"type":"label","expression":"CONSUMER.label.A=PROVIDER.label.A","labels":["A"],"contextType":"CMDB"}""";
    private const string Instance =
        """{"instanceId":"1.1.1.1#80#east#g@@s","ip":"1.1.1.1","port":80,"weight":1.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"east","serviceName":"g@@s","metadata":{},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000,"instanceIdGenerator":"simple"}""";
    private const string Limit = "Limits:Services is 1";

    private static readonly string Selector = Uri.EscapeDataString(Uri.EscapeDataString(Label));

    public static IEnumerable<EndpointCase> All => [.. Services, .. Lists, .. Clusters, .. Catalog];

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private static string Service(string @namespace) => $"serviceName=s&groupName=g&namespaceId={@namespace}";

    private static string Made(string @namespace) => $"POST /v2/ns/service?{Service(@namespace)}&ephemeral=true&protectThreshold=0.3&metadata=a%3D1&selector={Selector}";

    private static string Registered(string @namespace) => $"POST /v1/ns/instance?{Service(@namespace)}&ip=1.1.1.1&port=80&clusterName=east";

    private static ErrorCase[] FormErrors(string query) =>
    [
        ErrorCase.Own($"{query}&selector=%7B%7D", "not match any type of selector!", ResultCode.SelectorError),
        ErrorCase.Own($"{query}&selector={Uri.EscapeDataString("""{"type":"label","expression":"a=b"}""")}", "Selector parses failed: parse expression failed! It must consist of terms 'CONSUMER.label.X=PROVIDER.label.X' with the same X on both sides, joined by '&'", ResultCode.SelectorError),
        ErrorCase.Own($"{new QueryText(query).With("protectThreshold", "NaN")}", "Param 'protectThreshold' is illegal, it must be a finite number."),
    ];

    private static ErrorCase Exists(string version) => ErrorCase.Own(
        "serviceName=there", "specified service DEFAULT_GROUP@@there already exists!", ResultCode.ServiceAlreadyExists) with
    {
        Setup = [$"POST /{version}/ns/service?serviceName=there"],
    };

    private static ErrorCase NotEmpty => ErrorCase.Own(
        "serviceName=used", "Service DEFAULT_GROUP@@used is not empty, can't be delete. Please unregister instance first", ResultCode.ServiceDeleteFailure) with
    {
        Setup = ["POST /v1/ns/instance?serviceName=used&ip=1.1.1.1&port=80"],
    };

    private static ErrorCase Unknown(string text, string rest = "") => ErrorCase.Own($"serviceName=none{rest}", text, ResultCode.ServiceNotExist);

    private static IEnumerable<EndpointCase> Services =>
    [
        new("POST /v1/ns/service", $"{Service("s1")}&protectThreshold=0.3&metadata=a%3D1&selector={Selector}", "ok")
        {
            Setup = [$"DELETE-IF /v1/ns/service?{Service("s1")}"],
            Errors = [.. FormErrors("serviceName=bad"), Exists("v1"), ErrorCase.Full("serviceName=another", Limit)],
        },
        new("DELETE /v1/ns/service", Service("s2"), "ok") { Setup = [$"DELETE-IF /v1/ns/service?{Service("s2")}", Made("s2")], Errors = [Unknown("service DEFAULT_GROUP@@none not found!"), NotEmpty] },
        new("PUT /v1/ns/service", $"{Service("s3")}&protectThreshold=0.5&metadata=a%3D1&selector={Selector}", "ok")
        {
            Setup = [$"DELETE-IF /v1/ns/service?{Service("s3")}", Made("s3")],
            Errors = [.. FormErrors("serviceName=bad&protectThreshold=1"), Unknown("service DEFAULT_GROUP@@none not found!", "&protectThreshold=1")],
        },
        new(
            "GET /v1/ns/service",
            Service("s4"),
            $$$"""{"namespaceId":"s4","groupName":"g","name":"s","protectThreshold":0.3,"metadata":{"a":"1"},"selector":{{{ShownLabel}}},"clusters":[{"name":"east","healthChecker":{"type":"TCP"},"metadata":{}}]}""")
        {
            Setup = [$"DELETE /v1/ns/instance?{Service("s4")}&ip=1.1.1.1&port=80", $"DELETE-IF /v1/ns/service?{Service("s4")}", Made("s4"), Registered("s4")],
            Errors = [Unknown("service not found, namespace: public, serviceName: DEFAULT_GROUP@@none")],
        },
        new("POST /v2/ns/service", $"{Service("t1")}&ephemeral=true&protectThreshold=0.3&metadata=a%3D1&selector={Selector}", Result("\"ok\""))
        {
            Setup = [$"DELETE-IF /v2/ns/service?{Service("t1")}"],
            Errors = [.. FormErrors("serviceName=bad"), Exists("v2"), ErrorCase.Full("serviceName=another", Limit)],
        },
        new("DELETE /v2/ns/service", Service("t2"), Result("\"ok\"")) { Setup = [$"DELETE-IF /v1/ns/service?{Service("t2")}", Made("t2")], Errors = [Unknown("service DEFAULT_GROUP@@none not found!"), NotEmpty] },
        new("PUT /v2/ns/service", $"{Service("t3")}&ephemeral=true&protectThreshold=0.5&metadata=a%3D1&selector={Selector}", Result("\"ok\""))
        {
            Setup = [$"DELETE-IF /v1/ns/service?{Service("t3")}", Made("t3")],
            JudgedOtherwise = ["ephemeral"],
            Errors = [.. FormErrors("serviceName=bad"), Unknown("service DEFAULT_GROUP@@none not found!")],
        },
        new(
            "GET /v2/ns/service",
            Service("t4"),
            Result($$$$"""{"namespace":"t4","serviceName":"s","groupName":"g","clusterMap":{"east":{"clusterName":"east","healthChecker":{"type":"TCP"},"metadata":{},"hosts":null}},"metadata":{"a":"1"},"protectThreshold":0.3,"selector":{{{{ShownLabel}}}},"ephemeral":true}"""))
        {
            Setup = [$"DELETE /v1/ns/instance?{Service("t4")}&ip=1.1.1.1&port=80", $"DELETE-IF /v1/ns/service?{Service("t4")}", Made("t4"), Registered("t4")],
            Errors = [Unknown("service not found, namespace: public, serviceName: DEFAULT_GROUP@@none")],
        },
    ];

    private static IEnumerable<EndpointCase> Lists =>
    [
        new("GET /v1/ns/service/list", "pageNo=1&pageSize=10&namespaceId=l1&groupName=g&selector=x", """{"count":1,"doms":["s"]}""") { Setup = [Registered("l1")] },
        new("GET /v2/ns/service/list", "namespaceId=l2&groupName=g&selector=x&pageNo=1&pageSize=10", Result("""{"count":1,"services":["s"]}""")) { Setup = [Registered("l2")] },
        new("GET /v1/ns/service/names", "namespaceId=l3&expr=s", """{"META-INF/services":{"l3":["g@@s"]},"count":1}""")
        {
            Setup = [Registered("l3")],
            Errors =
            [
                ErrorCase.Own("expr=(", "Param 'expr' is illegal, it must be a regular expression without look-around, back references and large repetitions, not \"(\"."),
            ],
        },
        new("GET /v1/ns/service/selector/types", "", """{"code":200,"message":null,"data":["label","none"]}"""),
        new(
            "GET /v1/ns/service/subscribers",
            $"{Service("l4")}&pageNo=1&pageSize=10&aggregation=true",
            """{"subscribers":[{"addrStr":"127.0.0.1:4711","agent":"Nacos-Java-Client:v1.4.6","app":"shop","ip":"127.0.0.1","port":4711,"namespaceId":"l4","serviceName":"g@@s","cluster":"east"}],"count":1}""")
        {
            Setup = [$"GET /v1/ns/instance/list?{Service("l4")}&clusters=east&clientIP=127.0.0.1&udpPort=4711&app=shop"],
        },
    ];

    private static IEnumerable<EndpointCase> Clusters =>
    [
        new(
            "PUT /v1/ns/cluster",
            $"{Service("c1")}&clusterName=east&checkPort=8081&useInstancePort4Check=false&healthChecker={Uri.EscapeDataString("""{"type":"TCP"}""")}&metadata=a%3D1",
            "ok")
        {
            Setup = [Registered("c1")],
            Errors =
            [
                Unknown("service not found:DEFAULT_GROUP@@none", "&clusterName=east&checkPort=1&useInstancePort4Check=true&healthChecker=%7B%7D"),
                ErrorCase.Own(
                    $"{Service("c1")}&clusterName=east&checkPort=1&useInstancePort4Check=true&healthChecker=x", "Param 'healthChecker' is illegal, it must be a JSON object such as {\"type\":\"TCP\"}."),
            ],
        },
        Health("PUT /v1/ns/health"),
        Health("PUT /v2/ns/health"),
        new("GET /v1/ns/health/server", "", """{"msg":"Hello! I am Nacos-Naming and healthy! total services: 0, local port:PORT"}""") { NeedsFreshNode = true },
        new(
            "GET /v1/ns/health/checkers",
            "",
            """{"TCP":{"type":"TCP"},"HTTP":{"type":"HTTP","path":"","headers":"","expectedResponseCode":200},"MYSQL":{"type":"MYSQL","user":null,"pwd":null,"cmd":null},"NONE":{"type":"NONE"}}"""),
    ];

    /// <summary>It succeeds nowhere in this version; what comes before is judged.</summary>
    private static EndpointCase Health(string endpoint)
    {
        const string Text = "persistent instances are not in this version, and the health of ephemeral ones follows their client";
        const string Set = "clusterName=none&checkPort=1&useInstancePort4Check=true&healthChecker=%7B%22type%22:%22NONE%22%7D";
        string space = endpoint.Contains("v1", StringComparison.Ordinal) ? "h1" : "h2";
        return new EndpointCase(
            endpoint,
            $"healthy=true&{Service(space)}&ip=1.1.1.1&port=80&clusterName=none",
            endpoint.Contains("v1", StringComparison.Ordinal) ? Text : $$"""{"code":30000,"message":"server error","data":"{{Text}}"}""")
        {
            Status = 501,
            Setup = [Registered(space), $"PUT /v1/ns/cluster?{Service(space)}&{Set}"],
            Errors =
            [
                ErrorCase.Own(
                    $"healthy=true&{Service(space)}&ip=1.1.1.1&port=80", "health check is still working, service: g@@s, cluster: DEFAULT", ResultCode.ServerError),
                ErrorCase.Own($"healthy=true&{Service(space)}&ip=1.1.1.1&port=80&clusterName=none", Text, ResultCode.ServerError, 501) with
                {
                    Setup = [Registered(space), $"PUT /v1/ns/cluster?{Service(space)}&{Set}"],
                },
            ],
        };
    }

    private static IEnumerable<EndpointCase> Catalog =>
    [
        new(
            "GET /v1/ns/catalog/service",
            Service("k1"),
            $$$"""{"service":{"name":"s","groupName":"g","protectThreshold":0.0,"selector":{{{NoSelector}}},"metadata":{}},"clusters":[{"serviceName":"g@@s","name":"east","healthChecker":{"type":"TCP"},"defaultPort":80,"defaultCheckPort":80,"useIPPort4Check":true,"metadata":{}}]}""")
        {
            Setup = [Registered("k1")],
            Errors = [ErrorCase.Own("serviceName=none", "service DEFAULT_GROUP@@none is not found!", ResultCode.ResourceNotFound, 404)],
        },
        new("GET /v1/ns/catalog/instances", $"{Service("k2")}&clusterName=east&pageNo=1&pageSize=10", $$"""{"list":[{{Instance}}],"count":1}""")
        {
            Setup = [Registered("k2")],
            Errors =
            [
                ErrorCase.Own("serviceName=none&clusterName=east&pageNo=1&pageSize=10", "service DEFAULT_GROUP@@none is not found!", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"{Service("k2")}&clusterName=west&pageNo=1&pageSize=10", "cluster west is not found!", ResultCode.ResourceNotFound, 404),
            ],
        },
        new(
            "GET /v1/ns/catalog/services",
            "pageNo=1&pageSize=10&namespaceId=k3&serviceNameParam=s&groupNameParam=g&withInstances=false&hasIpCount=true&instance=x",
            """{"count":1,"serviceList":[{"name":"s","groupName":"g","clusterCount":1,"ipCount":1,"healthyInstanceCount":1,"triggerFlag":"false"}]}""")
        {
            Setup = [Registered("k3")],
            Errors =
            [
                ErrorCase.Own("pageNo=1&pageSize=1&serviceNameParam=(", "Param 'serviceNameParam' is illegal, it must be a regular expression without look-around, back references and large repetitions, not \"(\"."),
                new(ErrorClass.Checked, "pageNo=1&pageSize=1&namespaceId=a.b", 400, ResultCode.ParameterValidateError, "")
                {
                    Body = "Param 'namespaceId/tenant' is illegal, illegal characters should not appear in the param.\r\n",
                },
            ],
        },
        new("GET /v2/ns/catalog/instances", "serviceName=g@@s&namespaceId=k4&pageNo=1&pageSize=10&healthyOnly=true&enabledOnly=true", Result($$"""{"instances":[{{Instance}}],"count":1}"""))
        {
            Setup = [Registered("k4")],
        },
    ];
}
