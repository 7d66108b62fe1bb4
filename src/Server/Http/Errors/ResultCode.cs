namespace FastRegistry.Server.Http.Errors;

/// <summary>Codes of v2 results, Nacos' numbers.</summary>
internal enum ResultCode
{
    Success = 0,
    ParameterMissing = 10000,
    AccessDenied = 10001,
    DataAccessError = 10002,
    ParameterValidateError = 20002,
    MediaTypeError = 20003,
    ResourceNotFound = 20004,
    ServiceNameError = 21000,
    WeightError = 21001,
    InstanceMetadataError = 21002,
    InstanceNotFound = 21003,
    InstanceError = 21004,
    ServiceMetadataError = 21005,
    SelectorError = 21006,
    ServiceAlreadyExists = 21007,
    ServiceNotExist = 21008,
    ServiceDeleteFailure = 21009,
    IllegalNamespace = 22000,
    NamespaceNotExist = 22001,
    NamespaceAlreadyExists = 22002,
    IllegalState = 23000,
    ServerError = 30000,
}

/// <summary>The fixed message of each code of a v2 result, word for word Nacos'.</summary>
internal static class ResultCodeText
{
    public static string Message(this ResultCode code) => code switch
    {
        ResultCode.Success => "success",
        ResultCode.ParameterMissing => "parameter missing",
        ResultCode.AccessDenied => "access denied",
        ResultCode.DataAccessError => "data access error",
        ResultCode.ParameterValidateError => "parameter validate error",
        ResultCode.MediaTypeError => "MediaType Error",
        ResultCode.ResourceNotFound => "resource not found",
        ResultCode.ServiceNameError => "service name error",
        ResultCode.WeightError => "weight error",
        ResultCode.InstanceMetadataError => "instance metadata error",
        ResultCode.InstanceNotFound => "instance not found",
        ResultCode.InstanceError => "instance error",
        ResultCode.ServiceMetadataError => "service metadata error",
        ResultCode.SelectorError => "selector error",
        ResultCode.ServiceAlreadyExists => "service already exist",
        ResultCode.ServiceNotExist => "service not exist",
        ResultCode.ServiceDeleteFailure => "service delete failure",
        ResultCode.IllegalNamespace => "illegal namespace",
        ResultCode.NamespaceNotExist => "namespace not exist",
        ResultCode.NamespaceAlreadyExists => "namespace already exist",
        ResultCode.IllegalState => "illegal state",
        _ => "server error",
    };
}
