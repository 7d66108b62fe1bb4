namespace FastRegistry.Node.Admission;

/// <summary>A place where the calls of one kind of operation are counted and may be limited. The names are keys of section <c>RateLimits</c>.</summary>
internal enum ControlPoint
{
    /// <summary>Register and deregister, native transport. Nacos: <c>RemoteNamingInstanceRegisterDeregister</c>.</summary>
    Register,

    /// <summary>Batch registration, native transport. Nacos: <c>RemoteNamingInstanceBatchRegister</c>.</summary>
    BatchRegister,

    /// <summary>Query, native transport. Nacos: <c>RemoteNamingServiceQuery</c>.</summary>
    Query,

    /// <summary>Names of services, native transport. Nacos: <c>RemoteNamingServiceListQuery</c>.</summary>
    ListServices,

    /// <summary>Subscribe and unsubscribe, native transport. Nacos: <c>RemoteNamingServiceSubscribeUnSubscribe</c>.</summary>
    Subscribe,

    /// <summary>Pings of clients, native transport. Nacos: <c>HealthCheck</c>.</summary>
    HealthCheck,

    /// <summary><c>POST …/instance</c>, v1 and v2. Nacos: <c>NamingInstanceRegister</c>.</summary>
    HttpRegister,

    /// <summary><c>DELETE …/instance</c>. Nacos: <c>NamingInstanceDeregister</c>.</summary>
    HttpDeregister,

    /// <summary><c>GET …/instance/list</c>. Nacos: <c>NamingServiceSubscribe</c>.</summary>
    HttpList,
    /// <summary><c>PUT</c> and <c>PATCH …/instance</c>. Nacos: <c>NamingInstanceUpdate</c>.</summary>
    HttpUpdate,

    /// <summary><c>PUT</c> and <c>DELETE …/instance/metadata/batch</c>. Nacos: <c>NamingInstanceMetadataUpdate</c>.</summary>
    HttpMetadataUpdate,

    /// <summary><c>GET …/instance</c> and <c>…/instance/statuses</c>. Nacos: <c>NamingInstanceQuery</c>.</summary>
    HttpQuery,

    /// <summary><c>PUT …/instance/beat</c>. Nacos: <c>HttpHealthCheck</c>.</summary>
    HttpBeat,

    /// <summary><c>POST …/service</c>. Nacos: <c>NamingServiceRegister</c>.</summary>
    HttpServiceRegister,

    /// <summary><c>DELETE …/service</c>. Nacos: <c>NamingServiceDeregister</c>.</summary>
    HttpServiceDeregister,

    /// <summary><c>PUT …/service</c> and <c>…/cluster</c>. Nacos: <c>NamingServiceUpdate</c>.</summary>
    HttpServiceUpdate,

    /// <summary><c>GET …/service</c>. Nacos: <c>NamingServiceQuery</c>.</summary>
    HttpServiceQuery,

    /// <summary><c>GET …/service/list</c> and other lists of services. Nacos: <c>NamingServiceListQuery</c>.</summary>
    HttpServiceList,
}
