using FastRegistry.Wire.Messages;

namespace FastRegistry.Client.Registering;

/// <summary>One batch that makes the server's view of a service this client's.</summary>
/// <param name="Service">The service.</param>
/// <param name="Request">The batch, with the replace flag.</param>
/// <param name="Begun">Requests begun for the service when the batch was made.</param>
internal sealed record Replacement(PublishedService Service, BatchRegisterRequest Request, long Begun);
