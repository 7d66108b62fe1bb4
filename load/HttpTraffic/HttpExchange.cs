namespace FastRegistry.Load.HttpTraffic;

/// <summary>A request, ready to be sent as often as wanted, and what its answer must be. Immutable; shared by connections.</summary>
/// <param name="Request">All of its bytes.</param>
/// <param name="Body">Of an answer with status 200; every other status is a failure.</param>
internal sealed record HttpExchange(byte[] Request, IBodyRule Body);
