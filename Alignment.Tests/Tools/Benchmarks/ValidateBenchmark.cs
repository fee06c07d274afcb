using Alignment.MLNet.Dataset;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// Validates 100,000 scenes without <c>Deep</c>: run once, since the file system's cache is part of it. <c>--filter
/// *ValidateBenchmark*</c>.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 1)]
[MemoryDiagnoser]
public class ValidateBenchmark
{
    ManyScenes? _scenes;

    [GlobalSetup]
    public void Make() => _scenes = new ManyScenes();

    [Benchmark]
    public long HundredThousandScenes() => ValidationJob.Run(_scenes!.Folder).ValidScenes;

    [GlobalCleanup]
    public void Remove() => _scenes?.Remove();
}
