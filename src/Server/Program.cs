using FastRegistry.Server.Hosting;

return await ServerProgram.RunAsync(args).ConfigureAwait(false);
