using FastRegistry.Load.HttpTraffic;

namespace FastRegistry.Load.Tests.HttpTraffic;

public sealed class BodyRuleTests
{
    [Fact]
    public void A_list_may_differ_in_its_time_and_in_nothing_else()
    {
        ExactBody rule = ExactBody.OfList("""{"name":"s","lastRefTime":1700000000000,"valid":true}"""u8.ToArray());

        Assert.True(rule.Accepts("""{"name":"s","lastRefTime":1800000000001,"valid":true}"""u8));
        Assert.False(rule.Accepts("""{"name":"x","lastRefTime":1700000000000,"valid":true}"""u8));
        Assert.False(rule.Accepts("""{"name":"s","lastRefTime":1700000000000,"valid":false}"""u8));
        Assert.False(rule.Accepts("""{"name":"s","lastRefTime":1700000000000,"valid":tru}"""u8));
        Assert.False(rule.Accepts([]));
    }

    [Fact]
    public void A_body_without_a_time_must_be_the_same_to_the_byte()
    {
        Assert.True(ExactBody.OfList("{}"u8.ToArray()).Accepts("{}"u8));
        Assert.False(ExactBody.OfList("{}"u8.ToArray()).Accepts("[]"u8));
    }

    [Fact]
    public void Healthy_instances_are_counted_and_an_unhealthy_one_is_refused()
    {
        HealthyInstances rule = new(2);

        Assert.True(rule.Accepts("""[{"healthy":true},{"healthy":true}]"""u8));
        Assert.False(rule.Accepts("""[{"healthy":true}]"""u8));
        Assert.False(rule.Accepts("""[{"healthy":true},{"healthy":true},{"healthy":false}]"""u8));
        Assert.Equal(5, rule.Found);
    }
}
