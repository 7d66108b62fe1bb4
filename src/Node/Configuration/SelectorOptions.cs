namespace FastRegistry.Node.Configuration;

/// <summary>What selectors of services go by. Section <c>Selectors</c>.</summary>
internal sealed record SelectorOptions
{
    public const string LabelsFileKey = "Selectors:LabelsFile";

    /// <summary>JSON file with the labels of addresses, for selectors of type <c>label</c>; read again when it changes. Default empty: no address has labels, and
    /// such a selector changes nothing. A relative path counts from the program's working directory.</summary>
    public string LabelsFile { get; init; } = "";
}
