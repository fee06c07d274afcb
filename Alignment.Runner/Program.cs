using Alignment.Runner;

return await RunnerProgram.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
