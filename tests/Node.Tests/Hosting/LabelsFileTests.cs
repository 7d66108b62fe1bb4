using FastRegistry.Node.Configuration;
using FastRegistry.Node.Hosting;
using FastRegistry.Registry.Instances;
using FastRegistry.Registry.Selection;
using FastRegistry.Registry.Services;
using FastRegistry.Tests;

namespace FastRegistry.Node.Tests.Hosting;

public sealed class LabelsFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fastregistry-labels-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_node_selects_by_the_labels_of_its_file_and_hears_of_its_changes()
    {
        string path = Path.Combine(_folder.FullName, "labels.json");
        await File.WriteAllTextAsync(path, Labels("east"), TestContext.Current.CancellationToken);
        TestLog log = new();
        await using RegistryNode node = new(
            new RegistryNodeOptions { Selectors = new SelectorOptions { LabelsFile = path } }.Check(), new VirtualTimeProvider(), log);
        node.LabelsFile!.Step();
        ServiceRegistry registry = node.Registry;
        registry.Register(Make.Client(), "s", Make.Instance(1, ip: "10.0.0.1"), Make.Instance(2, ip: "10.0.0.2"));
        ServiceEntry service = registry.Find()!;
        Assert.True(LabelSelector.TryParse("CONSUMER.label.zone=PROVIDER.label.zone", out LabelSelector? selector, out _));
        registry.UpdateMetadata(service.Key, metadata => metadata with { Selector = selector });
        Assert.Equal(["10.0.0.1"], Shown(service));

        await File.WriteAllTextAsync(path, Labels("west"), TestContext.Current.CancellationToken);
        long revision = service.Revision;
        node.LabelsFile.Step();

        Assert.Equal(["10.0.0.2"], Shown(service));
        Assert.True(service.Revision > revision);
        Assert.Empty(log.Lines);
    }

    private static string Labels(string ownZone) =>
        $$"""{ "10.9.9.9": { "zone": "{{ownZone}}" }, "10.0.0.1": { "zone": "east" }, "10.0.0.2": { "zone": "west" } }""";

    private static string[] Shown(ServiceEntry service)
    {
        ServiceSnapshot snapshot = service.GetSnapshot();
        InstanceSelection selection = snapshot.Select(snapshot.ViewOf(InstanceFilter.All, "10.9.9.9"));
        return [.. snapshot.Instances.ToArray().Where(selection.Shows).Select(static instance => instance.Identity.Ip)];
    }
}
