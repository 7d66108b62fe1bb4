namespace FastRegistry.Wire.Tests.Timing;

/// <summary>Random histories against a model that keeps every deadline in a plain dictionary.</summary>
public sealed class WheelModelTests
{
    private const int Histories = 400;

    [Fact]
    public void Random_histories_fire_exactly_what_the_model_expects()
    {
        for (int seed = 0; seed < Histories; seed++)
        {
            new WheelModel(seed).Play(operations: 400);
        }
    }
}
