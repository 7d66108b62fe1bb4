using System.Collections.Immutable;

namespace FastRegistry.Client;

/// <summary>How far the registrations of a service are from what was asked for.</summary>
public enum RegistrationState
{
    /// <summary>The server has acknowledged all of them.</summary>
    Registered,

    /// <summary>They are being brought to the server again, after a reconnect or an unanswered call.</summary>
    Restoring,

    /// <summary>The server refused them for good; they are not sent again until the service is registered again.</summary>
    Failed,
}

/// <summary>What this client keeps registered for a service.</summary>
/// <param name="Service">The service, with its namespace.</param>
/// <param name="Instances">The instances; empty while the server has yet to hear that the last one is gone.</param>
/// <param name="State">Whether the server knows.</param>
/// <param name="Failure">Why not, when <paramref name="State"/> is <see cref="RegistrationState.Failed"/>.</param>
public sealed record RegistrationStatus(
    ServiceKey Service, ImmutableArray<Instance> Instances, RegistrationState State, RegistryException? Failure = null);
