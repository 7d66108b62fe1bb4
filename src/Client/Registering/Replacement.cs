using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Registering;

/// <summary>Batches that make the server's view of a service this client's, to be sent one behind the other.</summary>
/// <param name="Service">The service.</param>
/// <param name="Requests">The first has the replace flag; others add what would make it larger than a server takes.</param>
/// <param name="Begun">Requests begun for the service when they were made.</param>
internal sealed record Replacement(PublishedService Service, IReadOnlyList<BatchRegisterRequest> Requests, long Begun);
