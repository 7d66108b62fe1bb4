namespace FastRegistry.Load.HttpTraffic;

/// <summary>What the body of an answer must be.</summary>
internal interface IBodyRule
{
    bool Accepts(ReadOnlySpan<byte> body);
}
