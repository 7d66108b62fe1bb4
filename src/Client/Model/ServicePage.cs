namespace FastRegistry.Client;

/// <summary>Which page of a list; <c>default</c> is the first one.</summary>
/// <param name="Number">From 1; 0 = 1.</param>
/// <param name="Size">Names on a page, 1 to 10,000; 0 = 100.</param>
public readonly record struct ServicePage(int Number, int Size);
