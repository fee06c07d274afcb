using Alignment.Tests.MLNet.Runs;
using Alignment.Tests.Transforms.Contract;
using BenchmarkDotNet.Running;

namespace Alignment.Tests.Benchmarks;

/// <summary>
/// Runs the benchmarks: <c>dotnet run -c Release --project Alignment.Tests -- --filter *</c>, or a measurement of its own by
/// its switch (<see cref="LoopOverhead"/>).
/// </summary>
static class Program
{
    static int Main(string[] args)
    {
        if (args is [LoopOverhead.Switch, .. var rest]) return LoopOverhead.Run(rest);
        if (args is [OtherProcess.Switch, var folder]) OtherProcess.Apply(folder);
        else if (args is [RunInOtherProcess.Switch, var data, var output]) RunInOtherProcess.Run(data, output);
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
    }
}
