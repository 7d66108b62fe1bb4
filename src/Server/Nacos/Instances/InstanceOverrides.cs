using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Overrides;
using FastRegistry.Registry.Rules;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Nacos.Clients;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary>Changes what operators show instead of what was registered, for the update calls.</summary>
internal sealed class InstanceOverrides(RegistryNode node, IpPortClients clients)
{
    /// <summary>Changes the override of one instance; nothing happens where none is listed.</summary>
    /// <returns>Whether one is listed.</returns>
    /// <exception cref="HttpError">There is no such service, or no room.</exception>
    public bool Change(ServiceKey service, InstanceIdentity identity, Func<InstanceOverride, InstanceOverride> change)
    {
        AdministrationOutcome outcome = node.Registry.SetOverride(service, identity, (_, before) => Checked(change(before)));
        switch (outcome)
        {
            case AdministrationOutcome.NoSuchService:
                throw HttpError.Illegal(
                    $"service not found, namespace: {service.Namespace}, service: Service{{namespace='{service.Namespace}', group='{service.Group}', "
                    + $"name='{service.Name}', ephemeral=true, revision=0}}",
                    ResultCode.InstanceError);
            case AdministrationOutcome.LimitReached:
                throw HttpError.Of(RequestError.Limit(LimitOptions.OverridesKey, node.Options.Limits.Overrides));
            case AdministrationOutcome.NoSuchInstance:
                return false;
            default:
                // It may have changed the times of its beats.
                clients.Refresh(service, identity);
                return true;
        }
    }

    /// <summary>What comes together over many calls keeps to the length of one.</summary>
    private static InstanceOverride Checked(InstanceOverride value)
    {
        CheckRules.CheckMetadata([.. value.Metadata]);
        return value;
    }
}
