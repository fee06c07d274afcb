using BenchmarkDotNet.Running;

namespace Alignment.Tests.Benchmarks;

/// <summary>Runs the benchmarks: <c>dotnet run -c Release --project Alignment.Tests -- --filter *</c>.</summary>
static class Program
{
    static void Main(string[] args) => BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
