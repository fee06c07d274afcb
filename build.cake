using System.Xml.Linq;

// Targets: Clean, Lint, Format, Build, Test, Demo, Bench, TrainTiny, Pack, PublicApi, Site.   ./build.sh --target=NAME
// Arguments: --configuration=Release  --flavor=Cpu|Gpu|DirectML (the ONNX Runtime native package)  --demo-out=DIR  --bench=NAME
var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var flavor = Argument("flavor", "Cpu");
var artifacts = MakeAbsolute(Directory(Argument("artifacts", "artifacts")));
var solution = "./Alignment.sln";
var libraries = new[] { "onnx/Alignment.Onnx", "Alignment.Transforms/Alignment.Transforms", "Alignment.MLNet/Alignment.MLNet" };
var runner = $"./Alignment.Runner/bin/{configuration}/net10.0/alignment.dll";

// Packages have paths in their symbols that are the same on every machine.
DotNetMSBuildSettings Properties() => new DotNetMSBuildSettings()
    .WithProperty("OnnxRuntimeFlavor", flavor)
    .WithProperty("ContinuousIntegrationBuild", target == "Pack" || EnvironmentVariable("CI") == "true" ? "true" : "false");

// Runs dotnet with these arguments; another exit code than 0 ends the build.
void DotNet(string what, string arguments, string folder = ".")
{
    int code = StartProcess("dotnet", new ProcessSettings { Arguments = arguments, WorkingDirectory = folder });
    if (code != 0) throw new CakeException(code, $"{what} ended with exit code {code}.");
}

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

// Layout and white space of every file, read as files: seconds. Code style, analyzers and unused usings are errors of the build itself.
const string format = "format whitespace . --folder --include onnx/ Alignment.Transforms/ Alignment.MLNet/ Alignment.Runner/ Alignment.Tests/ samples/";
Task("Lint").Does(() => DotNet("The check of the layout (--target=Format repairs it)", format + " --verify-no-changes"));
Task("Format").Does(() => DotNet("The formatting", format));

Task("Build").IsDependentOn("Restore").Does(() =>
    DotNetBuild(solution, new DotNetBuildSettings { Configuration = configuration, NoRestore = true, MSBuildSettings = Properties(), Verbosity = DotNetVerbosity.Minimal }));

Task("Test").IsDependentOn("Lint").IsDependentOn("Build").Does(() =>
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

var tools = $"exec ./Alignment.Tests/bin/{configuration}/net10.0/Alignment.Tests.dll";
Task("Bench").IsDependentOn("Build").Does(() => DotNet("The benchmarks", $"{tools} {Argument("bench", "quick")}"));

// Two hours on two cores; stopped, it continues. The states stay in artifacts/tiny until Clean.
Task("TrainTiny").IsDependentOn("Build").Does(() =>
    DotNet("The training", $"{tools} train-tiny \"{artifacts.Combine("tiny")}\" \"{Argument("tiny-out", "onnx/bundles/tiny")}\""));

Task("Pack").IsDependentOn("Build").Does(() =>
{
    foreach (var project in libraries.Append("Alignment.Runner/Alignment.Runner"))
        DotNetPack($"./{project}.csproj", new DotNetPackSettings
        {
            Configuration = configuration, NoBuild = true, OutputDirectory = artifacts.Combine("packages"), MSBuildSettings = Properties(),
        });
});

// The pages of docs/ and the reference of the public API as a web site: artifacts/site/README.html. Its tool is restored only here.
Task("Site").IsDependentOn("Build").Does(() =>
{
    CleanDirectory(artifacts.Combine("site"));
    CleanDirectory(artifacts.Combine("site-api"));
    DotNet("Restoring docfx", "tool restore", "docs");
    DotNet("Making the site", "docfx ../docfx.json", "docs");
    CopyFile(artifacts.CombineWithFilePath("site/README.html"), artifacts.CombineWithFilePath("site/index.html"));
});

// Writes the lists of the libraries' public members again; they are compared in the build where TrackPublicApi is true.
Task("PublicApi").IsDependentOn("Restore").Does(() =>
{
    Environment.SetEnvironmentVariable("TrackPublicApi", "true");
    DotNetRestore(solution, new DotNetRestoreSettings { MSBuildSettings = Properties(), Verbosity = DotNetVerbosity.Minimal });
    foreach (var project in libraries)
    {
        var folder = File($"./{project}.csproj").Path.GetDirectory();
        System.IO.File.WriteAllText(folder.CombineWithFilePath("PublicAPI.Shipped.txt").FullPath, "#nullable enable\n");
        System.IO.File.WriteAllText(folder.CombineWithFilePath("PublicAPI.Unshipped.txt").FullPath, "#nullable enable\n");
        DotNet("Listing the public members", $"format analyzers ./{project}.csproj --no-restore --diagnostics RS0016 --severity error");
    }
});

RunTarget(target);
