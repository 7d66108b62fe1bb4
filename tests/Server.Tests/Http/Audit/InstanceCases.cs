using FastRegistry.Server.Http.Errors;

namespace FastRegistry.Server.Tests.Http.Audit;

/// <summary>What the calls for instances must answer.</summary>
internal static class InstanceCases
{
    private const string Beat = """{"clientBeatInterval":5000,"code":10200,"lightBeatEnabled":true}""";
    private const string NotPersistent = "Param 'ephemeral' is illegal, persistent instances are not supported by this version.";
    private const string Weight = "instance format invalid: The weights range from 0.0 to 10000.0";
    private const string Times = "Instance 'heart beat interval' must less than 'heart beat timeout' and 'ip delete timeout'.";
    private const string BadTimes = "metadata=preserved.heart.beat.timeout%3D1";
    private const string Key = "ip=1.1.1.1&port=80";
    private const string Form = $"clusterName=east&{Key}&weight=2&enabled=true&healthy=true&ephemeral=true&metadata=k%3Dv";
    private const string Instance =
        """{"instanceId":"1.1.1.1#80#east#g@@s","ip":"1.1.1.1","port":80,"weight":2.0,"healthy":true,"enabled":true,"ephemeral":true,"clusterName":"east","serviceName":"g@@s","metadata":{"k":"v"},"instanceHeartBeatInterval":5000,"instanceHeartBeatTimeOut":15000,"ipDeleteTimeout":30000}""";
    private const string Listed =
        $$"""{"name":"g@@s","groupName":"g","clusters":"east","cacheMillis":10000,"hosts":[{{Instance}}],"lastRefTime":MS,"checksum":"","allIPs":false,"reachProtectionThreshold":false,"valid":true""";

    public static IEnumerable<EndpointCase> All => [.. V1, .. V2];

    private static string Found(string service) =>
        $$$"""{"{{{service}}}":"g@@s","ip":"1.1.1.1","port":80,"clusterName":"east","weight":2.0,"healthy":true,"instanceId":"1.1.1.1#80#east#g@@s","metadata":{"k":"v"}}""";

    private static string Result(string data) => $$"""{"code":0,"message":"success","data":{{data}}}""";

    private static string Service(string @namespace) => $"serviceName=s&groupName=g&namespaceId={@namespace}";

    private static string[] Registered(string @namespace) => [$"POST /v1/ns/instance?{Service(@namespace)}&{Form}"];

    private static ErrorCase[] FormErrors(string query) =>
    [
        ErrorCase.Own($"{query}&weight=10001", Weight, ResultCode.WeightError),
        ErrorCase.Own($"{query}&weight=-1", Weight, ResultCode.WeightError),
        ErrorCase.Own($"{query}&ephemeral=false", NotPersistent, ResultCode.ServerError, 501),
    ];

    private static ErrorCase[] RegistrationErrors(string query) =>
    [
        .. FormErrors(query),
        ErrorCase.Own($"{query}&{BadTimes}", Times, ResultCode.InstanceError),
        ErrorCase.Own(
            $"{query}&clusterName=a_b", "Instance 'clusterName' should be characters with only 0-9a-zA-Z-. (current: a_b)", ResultCode.InstanceError),
    ];

    /// <summary>A service of the other kind, and every limit that a registration can reach.</summary>
    private static ErrorCase[] RefusedByRegistry(Func<string, string> query) =>
    [
        ErrorCase.Own(
            query("kind"), "errCode: 400, errMsg: Current service DEFAULT_GROUP@@kind is persistent service, can't register ephemeral instance. ", ResultCode.ServerError) with
        {
            Setup = ["POST /v1/ns/service?serviceName=kind"],
        },
        ErrorCase.Full(query("another"), "Limits:Services is 1"),
        ErrorCase.Full(query("full"), "Limits:InstancesPerService is 1"),
    ];

    private static IEnumerable<EndpointCase> V1 =>
    [
        new("POST /v1/ns/instance", $"{Service("i1")}&{Form}", "ok")
        {
            Errors = [.. RegistrationErrors($"serviceName=s&{Key}"), .. RefusedByRegistry(static name => $"serviceName={name}&ip=9.9.9.9&port=9")],
        },
        new("DELETE /v1/ns/instance", $"{Service("i2")}&{Form}", "ok") { Setup = Registered("i2"), Errors = FormErrors($"serviceName=s&{Key}") },
        new("PUT /v1/ns/instance", $"{Service("i3")}&{Form}", "ok") { Setup = Registered("i3"), Errors = UpdateErrors },
        new("PATCH /v1/ns/instance", $"{Service("i4")}&clusterName=east&{Key}&weight=3&enabled=true&healthy=true&metadata=k%3Dw", "ok")
        {
            Setup = Registered("i4"),
            Errors =
            [
                ErrorCase.Own($"serviceName=none&{Key}", "no ips found for cluster DEFAULT in service DEFAULT_GROUP@@none", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"{Service("i4")}&{Key}", "no matched ip found!", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"{Service("i4")}&clusterName=east&{Key}&weight=10001", Weight, ResultCode.WeightError),
                ErrorCase.Full("serviceName=full&ip=1.1.1.1&port=80&weight=2", "Limits:Overrides is 0"),
            ],
        },
        new("GET /v1/ns/instance", $"{Service("i5")}&clusterName=east&{Key}", Found("service"))
        {
            Setup = Registered("i5"),
            Errors =
            [
                ErrorCase.Own($"serviceName=none&{Key}", "no ips found for cluster DEFAULT in service DEFAULT_GROUP@@none", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"{Service("i5")}&{Key}", "no matched ip found!", ResultCode.ResourceNotFound, 404),
            ],
        },
        new("GET /v1/ns/instance/list", $"{Service("i6")}&clusters=east&healthyOnly=true&clientIP=127.0.0.1&udpPort=0&app=shop", $"{Listed},\"dom\":\"g@@s\"}}") { Setup = Registered("i6") },
        new("PUT /v1/ns/instance/beat", $"{Service("i7")}&clusterName=east&{Key}&beat=%7B%22ip%22:%221.1.1.1%22,%22port%22:80%7D", Beat)
        {
            Setup = Registered("i7"),
            JudgedOtherwise = ["ip", "port"],
            Errors = [.. BeatErrors(static name => $"serviceName={name}"), .. LightBeatErrors],
        },
        new("GET /v1/ns/instance/statuses", "key=i8%23%23g@@s", """{"ips":["1.1.1.1:80_true"]}""")
        {
            Setup = Registered("i8"),
            Errors = [ErrorCase.Own("key=s", "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'")],
        },
        Batch("PUT /v1/ns/instance/metadata/batch", "i9", static data => data),
        Batch("DELETE /v1/ns/instance/metadata/batch", "i10", static data => data),
    ];

    private static IEnumerable<EndpointCase> V2 =>
    [
        new("POST /v2/ns/instance", $"{Service("j1")}&{Form}", Result("\"ok\""))
        {
            Errors = [.. RegistrationErrors($"serviceName=s&{Key}"), .. RefusedByRegistry(static name => $"serviceName={name}&ip=9.9.9.9&port=9")],
        },
        new("DELETE /v2/ns/instance", $"{Service("j2")}&{Form}", Result("\"ok\"")) { Setup = Registered("j2"), Errors = FormErrors($"serviceName=s&{Key}") },
        new("PUT /v2/ns/instance", $"{Service("j3")}&{Form}", Result("\"ok\"")) { Setup = Registered("j3"), Errors = UpdateErrors },
        new("PATCH /v2/ns/instance", $"serviceName=g@@s&namespaceId=j4&cluster=east&{Key}&weight=3&enabled=true&metadata=k%3Dw", "ok")
        {
            Setup = Registered("j4"),
            MayBeEmpty = ["metadata"],
            Errors =
            [
                ErrorCase.Own($"serviceName=g@@none&{Key}&weight=1&enabled=true&metadata=", "no ips found for cluster DEFAULT in service g@@none", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"serviceName=g@@s&namespaceId=j4&{Key}&weight=1&enabled=true&metadata=", "no matched ip found!", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"serviceName=g@@s&{Key}&weight=10001&enabled=true&metadata=", Weight, ResultCode.WeightError),
                ErrorCase.Own($"serviceName=s&{Key}&weight=1&enabled=true&metadata=", "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'"),
                ErrorCase.Full("serviceName=DEFAULT_GROUP@@full&ip=1.1.1.1&port=80&weight=2&enabled=true&metadata=", "Limits:Overrides is 0"),
            ],
        },
        new("GET /v2/ns/instance", $"{Service("j5")}&clusterName=east&{Key}", Result(Found("serviceName")))
        {
            Setup = Registered("j5"),
            Errors =
            [
                ErrorCase.Own($"serviceName=none&{Key}", "no ips found for cluster DEFAULT in service DEFAULT_GROUP@@none", ResultCode.ResourceNotFound, 404),
                ErrorCase.Own($"{Service("j5")}&{Key}", "no matched ip found!", ResultCode.ResourceNotFound, 404),
            ],
        },
        new("GET /v2/ns/instance/list", $"{Service("j6")}&clusterName=east&healthyOnly=true&ip=127.0.0.1&port=0&app=shop", Result($"{Listed}}}"))
        {
            Setup = Registered("j6"),
            MayBeEmpty = ["serviceName"],
            Errors = [ErrorCase.Own("serviceName=", "Param 'serviceName' is illegal, serviceName is blank")],
        },
        new("PUT /v2/ns/instance/beat", $"serviceName=g@@s&namespaceId=j7&clusterName=east&{Key}&beat=%7B%22ip%22:%221.1.1.1%22,%22port%22:80%7D", Beat)
        {
            Setup = Registered("j7"),
            Errors =
            [
                .. BeatErrors(static name => $"serviceName=DEFAULT_GROUP@@{name}"),
                ErrorCase.Own($"serviceName=s&{Key}", "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'"),
            ],
        },
        new("GET /v2/ns/instance/statuses/{key}", "", """{"ips":["1.1.1.1:80_true"]}""") { Setup = Registered("j8"), PathValues = ["j8%23%23g@@s"], Errors = [ErrorCase.Own("", "Param 'serviceName' is illegal, it should be format as 'groupName@@serviceName'") with { PathValues = ["s"] }] },
        Batch("PUT /v2/ns/instance/metadata/batch", "j9", Result),
        Batch("DELETE /v2/ns/instance/metadata/batch", "j10", Result),
    ];

    /// <summary>Beside a full beat these are not looked at when the instance is known.</summary>
    private static ErrorCase[] LightBeatErrors =>
    [
        .. from bad in new[]
           {
               ("ip=1%202", "Param 'ip' is illegal, illegal characters should not appear in the param."),
               ("ip=1.1.1.1&port=x", "Param 'port' is illegal, the value should be between 0 and 65535."),
               ("ip=1.1.1.1&port=65536", "Param 'port' is illegal, the value should be between 0 and 65535."),
           }
           select new ErrorCase(ErrorClass.Checked, $"serviceName=s&{bad.Item1}", 400, ResultCode.ParameterValidateError, bad.Item2) { Body = $"{bad.Item2}\r\n" },
    ];

    private static ErrorCase[] UpdateErrors =>
    [
        .. RegistrationErrors($"serviceName=s&{Key}"),
        ErrorCase.Own(
            $"serviceName=none&{Key}",
            "service not found, namespace: public, service: Service{namespace='public', group='DEFAULT_GROUP', name='none', ephemeral=true, revision=0}",
            ResultCode.InstanceError),
        ErrorCase.Full("serviceName=full&ip=1.1.1.1&port=80&weight=2", "Limits:Overrides is 0"),
    ];

    private static ErrorCase[] BeatErrors(Func<string, string> service)
    {
        string With(string json) => $"{service("s")}&beat={Uri.EscapeDataString(json)}";
        const string NoBeat = "Param 'beat' is illegal, it must be a JSON object.";
        return
        [
            ErrorCase.Own(With("{"), NoBeat),
            ErrorCase.Own(With("[]"), NoBeat),
            ErrorCase.Own(With("""{"ip":"1.1.1.1","port":81,"weight":10001}"""), Weight, ResultCode.WeightError),
            ErrorCase.Own(With("""{"ip":"1.1.1.1","port":81,"metadata":{"preserved.heart.beat.timeout":"1"}}"""), Times, ResultCode.InstanceError),
            ErrorCase.Own(With("""{"ip":"1.1.1.1","port":81,"ephemeral":false}"""), NotPersistent, ResultCode.ServerError, 501),
            new(ErrorClass.Checked, With("""{"ip":"1 1","port":81}"""), 400, ResultCode.ParameterValidateError, "Param 'ip' is illegal, illegal characters should not appear in the param.")
            {
                Body = "Param 'ip' is illegal, illegal characters should not appear in the param.\r\n",
            },
            .. RefusedByRegistry(name => $"{service(name)}&beat=%7B%22ip%22:%229.9.9.9%22,%22port%22:9%7D"),
        ];
    }

    private static EndpointCase Batch(string endpoint, string @namespace, Func<string, string> answer) => new(
        endpoint,
        $"{Service(@namespace)}&metadata=a%3D1&instances={Uri.EscapeDataString("""[{"ip":"1.1.1.1","port":80,"clusterName":"east"}]""")}&consistencyType=ephemeral",
        answer("""{"updated":["1.1.1.1:80:unknown:east:ephemeral"]}"""))
    {
        Setup = Registered(@namespace),
        Errors =
        [
            ErrorCase.Own($"{Service(@namespace)}&metadata=a%3D1&instances=%7B", "Param 'instances' is illegal, it must be a JSON array of at most 10000 instances."),
            .. endpoint.StartsWith("PUT", StringComparison.Ordinal) ? [ErrorCase.Full("serviceName=full&metadata=a%3D1", "Limits:Overrides is 0")] : Array.Empty<ErrorCase>(),
        ],
    };
}
