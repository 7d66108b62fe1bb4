using System.IO.Pipelines;
using System.Text.Json;
using FastRegistry.Node.Admission;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Services;
using FastRegistry.Server.Http.Errors;
using FastRegistry.Server.Http.Parameters;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Instances;

/// <summary><c>/prometheus</c>: every instance as a target of Prometheus' HTTP service discovery.</summary>
/// <remarks>Written a piece at a time: a list of a million targets needs no more memory than one of a hundred.</remarks>
internal sealed class PrometheusDiscoveryEndpoints(ServiceRegistry registry)
{
    private const int BytesPerPiece = 32 * 1024;

    private static readonly EndpointDescription All = new("GET", "/prometheus", "Every instance as a target of Prometheus.")
    {
        MissingText = MissingParameterText.Missing,
        Success = SuccessDescription.Json("""[{"targets":["1.1.1.1:8080"],"labels":{"__meta_clusterName":"DEFAULT","my_key":"v"}}]"""),
        Note = "Always on; Nacos has it behind a switch. Unhealthy and disabled instances are targets too.",
        Operation = NamingOperation.HttpQuery,
    };

    private static readonly ParameterDescription Namespace =
        ParameterDescription.Required("namespaceId", ParameterType.Text, "The namespace; unknown = no targets.") with { IsInPath = true };

    private static readonly ParameterDescription Service =
        ParameterDescription.Required("service", ParameterType.Text, "Name of the service, in any group.") with { IsInPath = true };

    public void Map(ApiRoutes api)
    {
        api.Map(All, WriteAsync);
        api.Map(
            All with { Path = "/prometheus/namespaceId/{namespaceId}", Summary = "The instances of a namespace as targets of Prometheus.", Parameters = [Namespace] },
            WriteAsync);
        api.Map(
            All with
            {
                Path = "/prometheus/namespaceId/{namespaceId}/service/{service}",
                Summary = "The instances of a service as targets of Prometheus.",
                Parameters = [Namespace, Service],
            },
            WriteAsync);
    }

    private static void Write(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject();
        json.WriteTexts("targets", [$"{instance.Identity.Ip}:{instance.Identity.Port}"]);
        json.WriteStartObject("labels");
        json.WriteString("__meta_clusterName", instance.Identity.Cluster);
        foreach (IGrouping<string, KeyValuePair<string, string>> label in instance.ReadMetadata().GroupBy(static pair => pair.Key.Replace('.', '_').Replace('-', '_')))
        {
            // Two keys may become one name.
            json.WriteString(label.Key, label.First().Value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private async Task WriteAsync(ApiCall call)
    {
        string? @namespace = call.Context.GetRouteValue("namespaceId") as string;
        string? service = call.Context.GetRouteValue("service") as string;
        CheckRules.CheckNamespace(@namespace);
        CheckRules.CheckService(service);
        call.BeginJson();
        PipeWriter output = call.Context.Response.BodyWriter;
        Utf8JsonWriter json = new(output, JsonText.Options);
        await using (json.ConfigureAwait(false))
        {
            json.WriteStartArray();
            foreach (ServiceEntry entry in registry.Services)
            {
                if ((@namespace ?? entry.Key.Namespace) != entry.Key.Namespace || (service ?? entry.Key.Name) != entry.Key.Name || entry.InstanceCount == 0)
                {
                    continue;
                }

                ServiceSnapshot snapshot = entry.GetSnapshot();
                for (int i = 0; i < snapshot.Instances.Length; i++)
                {
                    Write(json, snapshot.Instances[i]);
                    if (json.BytesPending >= BytesPerPiece)
                    {
                        await json.FlushAsync(call.Aborted).ConfigureAwait(false);
                        if ((await output.FlushAsync(call.Aborted).ConfigureAwait(false)).IsCompleted)
                        {
                            return;
                        }
                    }
                }
            }

            json.WriteEndArray();
            await json.FlushAsync(call.Aborted).ConfigureAwait(false);
        }
    }
}
