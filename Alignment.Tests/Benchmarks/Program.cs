using Alignment.Tests.MLNet.Runs;
using Alignment.Tests.Transforms.Contract;
using BenchmarkDotNet.Running;

namespace Alignment.Tests.Benchmarks;

/// <summary>Runs the benchmarks: <c>dotnet run -c Release --project Alignment.Tests -- --filter *</c>.</summary>
static class Program
{
    static void Main(string[] args)
    {
        if (args is [OtherProcess.Switch, var folder]) OtherProcess.Apply(folder);
        else if (args is [RunInOtherProcess.Switch, var data, var output]) RunInOtherProcess.Run(data, output);
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
