using System.Diagnostics.CodeAnalysis;

namespace FastRegistry.Node.Admission;

/// <summary>One switch: how it is named, read and judged.</summary>
/// <param name="Name">As Nacos' update call spells it.</param>
/// <param name="DocumentName">As Nacos' document of all switches spells it; also the key in section <c>Switches</c>.</param>
/// <param name="Apply">Switches with the value that a text names; null when the text is not of the form.</param>
/// <param name="Form">What the text must be, as the end of a sentence.</param>
/// <param name="FindBrokenRule">The rule that switches break in this entry, as the end of a sentence; null when none.</param>
internal sealed record SwitchEntry(
    string Name, string DocumentName, Func<Switches, string, Switches?> Apply, string Form, Func<Switches, string?> FindBrokenRule)
{
    /// <summary>Sets the entry to what a text says.</summary>
    public bool TryApply(Switches before, string value, [NotNullWhen(true)] out Switches? after, [NotNullWhen(false)] out string? brokenRule)
    {
        after = Apply(before, value.Trim());
        brokenRule = after is null ? Form : FindBrokenRule(after);
        return brokenRule is null;
    }
}
