using Alignment.Runner;
using Alignment.Runner.Cli;

return await RunnerProgram.RunAsync(args, Terminal.OfProcess(), CancellationToken.None);
