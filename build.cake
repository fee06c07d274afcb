using System.Xml.Linq;

// Targets: Clean, Lint, Build, Test, Demo, Bench, Pack.   ./build.sh --target=NAME
// Arguments: --configuration=Release  --flavor=Cpu|Gpu|DirectML (the ONNX Runtime native package)  --demo-out=DIR  --bench=NAME
var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var flavor = Argument("flavor", "Cpu");
var artifacts = MakeAbsolute(Directory(Argument("artifacts", "artifacts")));
var solution = "./Alignment.sln";
var runner = $"./Alignment.Runner/bin/{configuration}/net10.0/alignment.dll";

DotNetMSBuildSettings Properties() => new DotNetMSBuildSettings().WithProperty("OnnxRuntimeFlavor", flavor);

// Runs the console program that Build made and passes its exit code on.
void Alignment(ProcessArgumentBuilder arguments)
{
    arguments.Prepend("exec " + runner);
    int code = StartProcess("dotnet", new ProcessSettings { Arguments = arguments });
    if (code != 0) throw new CakeException(code, $"alignment ended with exit code {code}.");
}

Task("Clean").Does(() =>
{
    CleanDirectory(artifacts);
    DotNetClean(solution, new DotNetCleanSettings { Configuration = configuration, Verbosity = DotNetVerbosity.Quiet });
});

Task("Restore").Does(() => DotNetRestore(solution, new DotNetRestoreSettings { MSBuildSettings = Properties(), Verbosity = DotNetVerbosity.Minimal }));

Task("Lint").IsDependentOn("Restore").Does(() =>
    DotNetFormat(solution, new DotNetFormatSettings { NoRestore = true, VerifyNoChanges = true }));

Task("Build").IsDependentOn("Restore").Does(() =>
    DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration, NoRestore = true, MSBuildSettings = Properties(), Verbosity = DotNetVerbosity.Minimal }));

Task("Test").IsDependentOn("Build").Does(() =>
{
    var results = artifacts.Combine("test-results");
    CleanDirectory(results);
    try
    {
        DotNetTest(solution, new DotNetTestSettings
        {
            Configuration = configuration, NoBuild = true, ResultsDirectory = results,
            Loggers = { "trx;LogFileName=tests.trx", "console;verbosity=minimal" },
        });
    }
    finally
    {
        PrintCounts(results.CombineWithFilePath("tests.trx"));
    }
});

// The closing line that CI reads: what ran, what failed, what was skipped.
void PrintCounts(FilePath trx)
{
    if (!FileExists(trx)) return;
    var counters = XDocument.Load(trx.FullPath).Descendants().Single(e => e.Name.LocalName == "Counters");
    int Count(string name) => (int)counters.Attribute(name);
    int passed = Count("passed"), failed = Count("failed") + Count("error") + Count("timeout") + Count("aborted");
    Console.WriteLine($"{passed} passed, {failed} failed, {Count("total") - passed - failed} skipped"); // no colour codes: a machine reads it
}

Task("Demo").IsDependentOn("Build").Does(() =>
    Alignment(new ProcessArgumentBuilder().Append("demo").Append("--out").AppendQuoted(Argument("demo-out", artifacts.Combine("demo").FullPath))));

Task("Bench").IsDependentOn("Build").Does(() =>
{
    int code = StartProcess("dotnet", new ProcessSettings { Arguments = new ProcessArgumentBuilder().Append($"exec ./Alignment.Tests/bin/{configuration}/net10.0/Alignment.Tests.dll").Append(Argument("bench", "quick")) });
    if (code != 0) throw new CakeException(code, $"The benchmarks ended with exit code {code}.");
});

// Two hours on two cores; stopped, it continues. The states stay in artifacts/tiny until Clean.
Task("TrainTiny").IsDependentOn("Build").Does(() =>
{
    int code = StartProcess("dotnet", new ProcessSettings { Arguments = new ProcessArgumentBuilder().Append($"exec ./Alignment.Tests/bin/{configuration}/net10.0/Alignment.Tests.dll train-tiny").AppendQuoted(artifacts.Combine("tiny").FullPath).AppendQuoted(Argument("tiny-out", "onnx/bundles/tiny")) });
    if (code != 0) throw new CakeException(code, $"The training ended with exit code {code}.");
});

Task("Pack").IsDependentOn("Build").Does(() =>
{
    foreach (var project in new[] { "onnx/Alignment.Onnx", "Alignment.Transforms/Alignment.Transforms", "Alignment.MLNet/Alignment.MLNet", "Alignment.Runner/Alignment.Runner" })
        DotNetPack($"./{project}.csproj", new DotNetPackSettings { Configuration = configuration, NoBuild = true, OutputDirectory = artifacts.Combine("packages"), MSBuildSettings = Properties() });
});

RunTarget(target);
