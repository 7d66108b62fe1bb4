using FastRegistry.Wire.Framing;

namespace FastRegistry.Node.Admission;

/// <summary>A naming operation as far as status and rate limits have to know it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Access">Decides which statuses refuse it.</param>
/// <param name="Point">Where its calls are counted.</param>
internal sealed record NamingOperation(string Name, OperationAccess Access, ControlPoint Point)
{
    public static NamingOperation Register { get; } = new("register", OperationAccess.Write, ControlPoint.Register);

    public static NamingOperation Deregister { get; } = new("deregister", OperationAccess.Write, ControlPoint.Register);

    public static NamingOperation BatchRegister { get; } = new("batch register", OperationAccess.Write, ControlPoint.BatchRegister);

    public static NamingOperation Query { get; } = new("query", OperationAccess.Read, ControlPoint.Query);

    public static NamingOperation ListServices { get; } = new("list services", OperationAccess.Read, ControlPoint.ListServices);

    public static NamingOperation Subscribe { get; } = new("subscribe", OperationAccess.Read, ControlPoint.Subscribe);

    public static NamingOperation Unsubscribe { get; } = new("unsubscribe", OperationAccess.Release, ControlPoint.Subscribe);

    public static NamingOperation HttpRegister { get; } = new("register", OperationAccess.Write, ControlPoint.HttpRegister);

    public static NamingOperation HttpDeregister { get; } = new("deregister", OperationAccess.Write, ControlPoint.HttpDeregister);

    public static NamingOperation HttpList { get; } = new("list", OperationAccess.Read, ControlPoint.HttpList);

    public static NamingOperation HttpUpdate { get; } = new("update", OperationAccess.Write, ControlPoint.HttpUpdate);

    public static NamingOperation HttpMetadataUpdate { get; } = new("update metadata", OperationAccess.Write, ControlPoint.HttpMetadataUpdate);

    public static NamingOperation HttpQuery { get; } = new("query", OperationAccess.Read, ControlPoint.HttpQuery);

    public static NamingOperation HttpServiceRegister { get; } = new("create service", OperationAccess.Write, ControlPoint.HttpServiceRegister);

    public static NamingOperation HttpServiceDeregister { get; } = new("remove service", OperationAccess.Write, ControlPoint.HttpServiceDeregister);

    public static NamingOperation HttpServiceUpdate { get; } = new("update service", OperationAccess.Write, ControlPoint.HttpServiceUpdate);

    public static NamingOperation HttpServiceQuery { get; } = new("query service", OperationAccess.Read, ControlPoint.HttpServiceQuery);

    public static NamingOperation HttpServiceList { get; } = new("list services", OperationAccess.Read, ControlPoint.HttpServiceList);

    /// <summary>Every status lets it in: refused beats would cost instances their life. One that registers is a registration.</summary>
    public static NamingOperation HttpBeat { get; } = new("beat", OperationAccess.Renew, ControlPoint.HttpBeat);

    /// <summary>The operation of a native request; null for what is none.</summary>
    public static NamingOperation? Of(MessageType type) => type switch
    {
        MessageType.Query => Query,
        MessageType.Register => Register,
        MessageType.Deregister => Deregister,
        MessageType.BatchRegister => BatchRegister,
        MessageType.ListServices => ListServices,
        MessageType.Subscribe => Subscribe,
        MessageType.Unsubscribe => Unsubscribe,
        _ => null,
    };
}
