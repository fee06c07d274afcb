using Alignment.Tests.Transforms.Contract;
using BenchmarkDotNet.Running;

namespace Alignment.Tests.Benchmarks;

/// <summary>Runs the benchmarks: <c>dotnet run -c Release --project Alignment.Tests -- --filter *</c>.</summary>
static class Program
{
    static void Main(string[] args)
    {
        if (args is [OtherProcess.Switch, var folder]) OtherProcess.Apply(folder);
        else BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
