namespace FastRegistry.Tests;

/// <summary>The rules of <c>docs/protocol.md</c> that a test checks. <c>tests/Architecture.Tests/Protocol</c> reads it in the sources: a rule without a test fails there,
/// and so does a test that names a rule there is none of.</summary>
/// <param name="rules">Ids, such as <c>S-4</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class ProtocolRuleAttribute(params string[] rules) : Attribute
{
    public IReadOnlyList<string> Rules { get; } = rules;
}
