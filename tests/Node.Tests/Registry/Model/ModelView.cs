namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>What a reader sees: the instances, sorted, and the two marks of the list.</summary>
internal sealed record ModelView(string[] Instances, bool ProtectionReached, string EmptyReason)
{
    public static ModelView Of(IEnumerable<ModelInstance> instances, bool protectionReached, string emptyReason) =>
        new([.. instances.Select(static instance => instance.ToString()).Order(StringComparer.Ordinal)], protectionReached, emptyReason);

    public bool Equals(ModelView? other) =>
        other is not null && ProtectionReached == other.ProtectionReached && EmptyReason == other.EmptyReason && Instances.SequenceEqual(other.Instances);

    public override int GetHashCode() => Instances.Length;

    public override string ToString() => $"protected {ProtectionReached}, {EmptyReason}{string.Concat(Instances.Select(static text => "\n    " + text))}";
}
