namespace FastRegistry.Load.Plans;

/// <summary>Makes the plan that a run asks for.</summary>
internal static class LoadPlans
{
    public static ILoadPlan Create(RunSettings settings, GeneratorShare share) =>
        throw new NotSupportedException($"there is no plan for '{settings.Scenario}' yet, nor for generator {share.Index}");
}
