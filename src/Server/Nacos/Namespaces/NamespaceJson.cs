using System.Text.Json;

namespace FastRegistry.Server.Nacos.Namespaces;

/// <summary>Writes a namespace as Nacos' console reads it.</summary>
internal static class NamespaceJson
{
    public const string Example = """{"namespace":"","namespaceShowName":"public","namespaceDesc":"Default Namespace","quota":200,"configCount":0,"type":0}""";

    private const int Quota = 200;
    private const int PublicType = 0;
    private const int CustomType = 2;

    public static void Write(Utf8JsonWriter json, NamespaceDescription @namespace)
    {
        json.WriteStartObject();
        json.WriteString("namespace", @namespace.Id);
        json.WriteString("namespaceShowName", @namespace.Name);
        json.WriteString("namespaceDesc", @namespace.Text);

        // Of the configuration centre, which there is none of.
        json.WriteNumber("quota", Quota);
        json.WriteNumber("configCount", 0);
        json.WriteNumber("type", @namespace.IsPublic ? PublicType : CustomType);
        json.WriteEndObject();
    }
}
