namespace FastRegistry.Server.Http.Errors;

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
