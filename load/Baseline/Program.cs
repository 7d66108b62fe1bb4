using FastRegistry.Load.Baseline.Hosting;

return await BaselineProgram.RunAsync(args).ConfigureAwait(false);
