using FastRegistry.Load.Memory;

return await MemoryProgram.RunAsync();
