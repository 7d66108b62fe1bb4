namespace FastRegistry.Server.Limits;

/// <summary>A rules file that cannot be used. Its message is one line that names the field and the rule.</summary>
internal sealed class ConnectionRulesError(string field, string rule) : Exception($"{field}: {rule}");
