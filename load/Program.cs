using FastRegistry.Load.Commands;

return await LoadProgram.RunAsync(args);
