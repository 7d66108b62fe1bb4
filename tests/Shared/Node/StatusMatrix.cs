using FastRegistry.Node.Admission;

namespace FastRegistry.Tests;

/// <summary>What each status refuses, as the documentation has it.</summary>
internal static class StatusMatrix
{
    public static readonly string[] Statuses = ["UP", "STARTING", "DOWN", "PAUSED", "READ_ONLY", "WRITE_ONLY"];

    /// <summary>Operations of the native transport and what they do.</summary>
    public static readonly (string Name, OperationAccess Access)[] Native =
    [
        ("Register", OperationAccess.Write),
        ("BatchRegister", OperationAccess.Write),
        ("Deregister", OperationAccess.Write),
        ("Query", OperationAccess.Read),
        ("ListServices", OperationAccess.Read),
        ("Subscribe", OperationAccess.Read),
        ("Unsubscribe", OperationAccess.Release),
    ];

    /// <summary>Operations over HTTP and what they do.</summary>
    public static readonly (string Name, OperationAccess Access)[] Http =
        [("POST", OperationAccess.Write), ("DELETE", OperationAccess.Write), ("GET", OperationAccess.Read)];

    public static TheoryData<string, string, bool> For((string Name, OperationAccess Access)[] operations)
    {
        TheoryData<string, string, bool> rows = [];
        foreach (string status in Statuses)
        {
            foreach ((string name, OperationAccess access) in operations)
            {
                rows.Add(status, name, IsServed(status, access));
            }
        }

        return rows;
    }

    private static bool IsServed(string status, OperationAccess access) => (status, access) switch
    {
        ("UP", _) => true,
        ("READ_ONLY", OperationAccess.Read or OperationAccess.Release) => true,
        ("WRITE_ONLY", OperationAccess.Write or OperationAccess.Release) => true,
        _ => false,
    };
}
