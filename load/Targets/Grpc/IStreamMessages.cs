namespace FastRegistry.Load.Targets.Grpc;

/// <summary>Takes the messages of a client's stream. Called by its receive loop, one at a time; must not block or throw.</summary>
internal interface IStreamMessages
{
    /// <param name="message">Kind and body, without gRPC's prefix; valid during the call only.</param>
    /// <param name="receivedAt">Stopwatch timestamp, taken once per read.</param>
    /// <returns>False = not a message this side knows; the stream ends.</returns>
    bool Take(ReadOnlyMemory<byte> message, long receivedAt);
}
