using System.Buffers;
using System.Text.Json;
using FastRegistry.Registry.Instances;
using FastRegistry.Server.Http.Pipeline;

namespace FastRegistry.Server.Nacos.Lists;

/// <summary>Writes an instance as Nacos' clients read it, in lists, catalogues and pushes.</summary>
internal static class InstanceJson
{
    /// <summary>Instances as a JSON array.</summary>
    public static byte[] EncodeArray(IReadOnlyCollection<Instance> instances, ServiceKey service)
    {
        ArrayBufferWriter<byte> output = new(Math.Max(256, instances.Count * 384));
        using Utf8JsonWriter json = new(output, JsonText.Options);
        json.WriteStartArray();
        JsonEncodedText serviceName = JsonEncodedText.Encode(service.GroupedName, JsonText.Encoder);
        foreach (Instance instance in instances)
        {
            Write(json, instance, service, serviceName);
        }

        json.WriteEndArray();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>One instance.</summary>
    public static void Write(Utf8JsonWriter json, Instance instance, ServiceKey service, JsonEncodedText serviceName)
    {
        InstanceIdentity identity = instance.Identity;
        BeatTimes times = BeatTimes.Of(instance);
        json.WriteStartObject();
        json.WriteString("instanceId"u8, instance.IdIn(service));
        json.WriteString("ip"u8, identity.Ip);
        json.WriteNumber("port"u8, identity.Port);
        json.WritePropertyName("weight"u8);
        json.WriteRawValue(JavaDoubleConverter.TextOf(instance.Weight), skipInputValidation: true);
        json.WriteBoolean("healthy"u8, instance.Healthy);
        json.WriteBoolean("enabled"u8, instance.Enabled);
        json.WriteBoolean("ephemeral"u8, true);
        json.WriteString("clusterName"u8, identity.Cluster);
        json.WriteString("serviceName"u8, serviceName);
        WriteMetadata(json, instance);
        json.WriteNumber("instanceHeartBeatInterval"u8, times.IntervalMilliseconds);

        // The capital O is Nacos'.
        json.WriteNumber("instanceHeartBeatTimeOut"u8, times.TimeoutMilliseconds);
        json.WriteNumber("ipDeleteTimeout"u8, times.DeleteMilliseconds);
        if (GeneratorOf(instance) is { } generator)
        {
            json.WriteString("instanceIdGenerator"u8, generator);
        }

        json.WriteEndObject();
    }

    /// <summary>The metadata of an instance, as an object of texts.</summary>
    public static void WriteMetadata(Utf8JsonWriter json, Instance instance)
    {
        json.WriteStartObject("metadata"u8);
        for (EncodedMetadata pairs = instance.Metadata; pairs.MoveNext();)
        {
            json.WriteString(pairs.Key, pairs.Value);
        }

        json.WriteEndObject();
    }

    /// <summary><c>simple</c> without metadata; null when there is metadata and it does not say.</summary>
    private static string? GeneratorOf(Instance instance) =>
        instance.HasMetadata ? instance.FindMetadata(PreservedMetadata.IdGenerator) : PreservedMetadata.SimpleGenerator;
}

/// <summary>The three times of an instance that beats keep alive: from its metadata where that has digits, otherwise the defaults.</summary>
/// <param name="IntervalMilliseconds">Time between two beats.</param>
/// <param name="TimeoutMilliseconds">Time without a beat after which the instance is unhealthy.</param>
/// <param name="DeleteMilliseconds">Time without a beat after which the instance is gone.</param>
internal readonly record struct BeatTimes(long IntervalMilliseconds, long TimeoutMilliseconds, long DeleteMilliseconds)
{
    public static BeatTimes Default { get; } = new(
        PreservedMetadata.DefaultBeatIntervalMilliseconds, PreservedMetadata.DefaultBeatTimeoutMilliseconds, PreservedMetadata.DefaultDeleteTimeoutMilliseconds);

    public static BeatTimes Of(Instance instance)
    {
        if (!instance.HasMetadata)
        {
            return Default;
        }

        return new BeatTimes(
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.BeatInterval, Default.IntervalMilliseconds),
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.BeatTimeout, Default.TimeoutMilliseconds),
            PreservedMetadata.MillisecondsOf(instance, PreservedMetadata.DeleteTimeout, Default.DeleteMilliseconds));
    }
}
