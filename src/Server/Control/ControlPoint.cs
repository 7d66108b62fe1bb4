namespace FastRegistry.Server.Control;

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

    /// <summary><c>POST …/instance</c>. Nacos: <c>NamingInstanceRegister</c>.</summary>
    HttpRegister,

    /// <summary><c>DELETE …/instance</c>. Nacos: <c>NamingInstanceDeregister</c>.</summary>
    HttpDeregister,

    /// <summary><c>GET …/instance/list</c>. Nacos: <c>NamingServiceSubscribe</c>.</summary>
    HttpList,
}
