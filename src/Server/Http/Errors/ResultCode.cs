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
