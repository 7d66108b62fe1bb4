using FastRegistry.Node.Configuration;

namespace FastRegistry.Node.Limits;

/// <summary>One limit of the rules file.</summary>
/// <param name="Maximum">Connections allowed.</param>
/// <param name="Field">The field it comes from.</param>
internal readonly record struct LimitRule(int Maximum, string Field)
{
    /// <summary>No limit.</summary>
    public static LimitRule None => new(int.MaxValue, "");

    /// <summary>For goaways: the limit, its value and where it is set.</summary>
    public string Text => $"{Field} is {Maximum} ({LimitOptions.RulesFileKey})";

    /// <summary>Whether one more may come to <paramref name="connections"/>.</summary>
    public bool Allows(int connections) => connections < Maximum;
}
