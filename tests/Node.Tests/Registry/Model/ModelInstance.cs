using FastRegistry.Wire.Messages;

namespace FastRegistry.Node.Tests.Registry.Model;

/// <summary>An instance in the terms of the protocol, with defaults filled in. Two that look the same to a reader are equal.</summary>
internal sealed record ModelInstance(
    string Cluster, string Ip, int Port, double Weight = 1, bool Healthy = true, bool Enabled = true, string Metadata = "", string Id = "", bool Overridden = false)
{
    public (string Cluster, string Ip, int Port) Identity => (Cluster, Ip, Port);

    public static ModelInstance Of(Instance message) => new(
        message.Cluster.Length == 0 ? "DEFAULT" : message.Cluster,
        message.Ip,
        (int)message.Port,
        message.HasWeight ? message.Weight : 1,
        !message.HasHealthy || message.Healthy,
        !message.HasEnabled || message.Enabled,
        string.Join(',', message.Metadata.Select(static label => $"{label.Key}={label.Value}")),
        message.InstanceId,
        message.Overridden);

    public Instance ToMessage()
    {
        Instance message = new() { Cluster = Cluster == "DEFAULT" ? "" : Cluster, Ip = Ip, Port = (uint)Port, Weight = Weight, Healthy = Healthy, Enabled = Enabled, InstanceId = Id };
        if (Metadata.Length > 0)
        {
            message.Metadata.Add(Metadata.Split(',').Select(static pair => new Label { Key = pair.Split('=')[0], Value = pair.Split('=')[1] }));
        }

        return message;
    }
}
