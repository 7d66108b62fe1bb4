namespace FastRegistry.Node.Admission;

/// <summary>Spells and reads statuses as Nacos does: <c>READ_ONLY</c>.</summary>
internal static class ServerStatusText
{
    public const string AllNames = "UP, DOWN, STARTING, PAUSED, WRITE_ONLY, READ_ONLY";

    public static string Name(this ServerStatus status) => status switch
    {
        ServerStatus.Starting => "STARTING",
        ServerStatus.Up => "UP",
        ServerStatus.Down => "DOWN",
        ServerStatus.Paused => "PAUSED",
        ServerStatus.ReadOnly => "READ_ONLY",
        ServerStatus.WriteOnly => "WRITE_ONLY",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
    };

    /// <summary>The status of a name in upper case, as Nacos spells it; null when there is none.</summary>
    public static ServerStatus? Find(string name) => name switch
    {
        "STARTING" => ServerStatus.Starting,
        "UP" => ServerStatus.Up,
        "DOWN" => ServerStatus.Down,
        "PAUSED" => ServerStatus.Paused,
        "READ_ONLY" => ServerStatus.ReadOnly,
        "WRITE_ONLY" => ServerStatus.WriteOnly,
        _ => null,
    };

    /// <summary>Whether a status refuses operations of a kind.</summary>
    public static bool Refuses(this ServerStatus status, OperationAccess access) => status switch
    {
        ServerStatus.Up => false,
        _ when access == OperationAccess.Renew => false,
        ServerStatus.ReadOnly => access == OperationAccess.Write,
        ServerStatus.WriteOnly => access == OperationAccess.Read,
        _ => true,
    };
}
