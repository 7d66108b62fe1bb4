namespace FastRegistry.Load.Plans;

/// <summary>The scenarios there are, as they are written on the command line.</summary>
internal static class ScenarioNames
{
    public const string Connections = "connections";
    public const string Heartbeats = "heartbeats";
    public const string Register = "register";
    public const string Query = "query";
    public const string Push = "push";
    public const string Churn = "churn";
    public const string Instances = "instances";
}
