namespace FastRegistry.Node.Limits;

/// <summary>Which kind of limit refused a connection.</summary>
internal enum LimitKind
{
    /// <summary>Connections of the node: the setting, the open-file limit or the rule.</summary>
    Node,

    /// <summary>Connections of one socket address.</summary>
    Address,

    /// <summary>Connections of one application, by the set-up's label <c>app</c>.</summary>
    Application,
}
