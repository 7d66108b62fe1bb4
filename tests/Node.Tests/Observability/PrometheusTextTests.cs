using FastRegistry.Node.Observability;

namespace FastRegistry.Node.Tests.Observability;

public sealed class PrometheusTextTests
{
    [Fact]
    public void Help_and_type_come_once_per_name_and_its_figures_stay_together()
    {
        string text = PrometheusText.Write(
        [
            new MetricDefinition("a", "First.", IsCounter: false, static () => 1, [KeyValuePair.Create("x", "1")]),
            new MetricDefinition("b", "Second.", IsCounter: true, static () => 2.5),
            new MetricDefinition("a", "First.", IsCounter: false, static () => 3, [KeyValuePair.Create("x", "2"), KeyValuePair.Create("y", "z")]),
        ]);

        Assert.Equal("# HELP a First.\n# TYPE a gauge\na{x=\"1\"} 1\na{x=\"2\",y=\"z\"} 3\n# HELP b Second.\n# TYPE b counter\nb 2.5\n", text);
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        string text = PrometheusText.Write([new MetricDefinition("a", "back\\slash \"quoted\"\nline", IsCounter: false, static () => 0, [KeyValuePair.Create("x", "a\"b\\c\nd")])]);
        Assert.Equal("# HELP a back\\\\slash \"quoted\"\\nline\n# TYPE a gauge\na{x=\"a\\\"b\\\\c\\nd\"} 0\n", text);
    }

    [Fact]
    public void A_ranking_has_the_figures_of_the_moment()
    {
        List<MetricSeries> places = [];
        MetricDefinition[] definitions = [new("top", "Busiest.", IsCounter: false, static () => 0, Ranking: () => places)];
        Assert.Equal("# HELP top Busiest.\n# TYPE top gauge\n", PrometheusText.Write(definitions));
        places.Add(MetricSeries.Of("service", "public##g@@a", static () => 7));
        Assert.Equal("# HELP top Busiest.\n# TYPE top gauge\ntop{service=\"public##g@@a\"} 7\n", PrometheusText.Write(definitions));
    }
}
