namespace FastRegistry.Node.Admission;

/// <summary>What a naming operation does with the registry.</summary>
internal enum OperationAccess
{
    /// <summary>Reads a list or names; a subscription reads.</summary>
    Read,

    /// <summary>Changes what is published.</summary>
    Write,

    /// <summary>Only gives something back that no list shows: neither a read-only nor a write-only node has a reason to refuse it.</summary>
    Release,

    /// <summary>Only says that somebody is still there: no status refuses it.</summary>
    Renew,
}
