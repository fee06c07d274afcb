using System.Diagnostics;
using Alignment.MLNet.Synthetic;

namespace Alignment.Tests.Samples;

/// <summary>The file-based apps in <c>samples/</c>, built and run as a reader would.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class SampleTests
{
    /// <summary>The first run builds the app, on a busy machine.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Test]
    public void ValidateData_DrawnDataSet_PrintsItsScenes()
    {
        using var folder = new TempFolder();
        Draw(folder["data"]);

        var (code, output) = RunSample("validate-data.cs", folder["data"]);

        Assert.That(code, Is.Zero, output);
        Assert.That(output, Does.Contain("1 videos, 3 scenes, 3 valid"));
        Assert.That(output.Split('\n').Count(l => l.StartsWith("tiny_ad-Scene-", StringComparison.Ordinal)), Is.EqualTo(3), output);
    }

    [Test]
    public void ValidateData_NoData_EndsWithBadData()
    {
        using var folder = new TempFolder();
        var (code, output) = RunSample("validate-data.cs", folder.Path);
        Assert.That(code, Is.EqualTo(3), output);
        Assert.That(output, Does.Contain("No valid scenes found"));
    }

    [Test]
    public void Workflow_DrawnDataSet_EndsWithAVideo()
    {
        using var folder = new TempFolder();
        Draw(folder["data"]);

        var (code, output) = RunSample("workflow.cs", folder["data"], folder["out"]);

        Assert.That(code, Is.Zero, output);
        Assert.That(new FileInfo(folder["out", "videos", "tiny_ad_early_boost.mp4"]), Has.Property(nameof(FileInfo.Exists)).True);
        Assert.That(Directory.GetFiles(folder["out"], "*.png", SearchOption.AllDirectories), Has.Length.EqualTo(3));
    }

    static void Draw(string folder) =>
        DrawnDataSet.Write(folder,
        [new AdDrawingOptions { VideoId = "tiny_ad", Width = 64, Height = 48, Scenes = 3, ScenesWithoutProduct = 1 }]);

    static (int Code, string Output) RunSample(string sample, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Shared.Repository
        };
        foreach (string argument in (string[])["run", "-c", "Release", Path.Combine("samples", sample), "--", .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        // Its output, too: a build server that it started and left could hold the pipes.
        if (!process.WaitForExit(s_patience) || !Task.WaitAll([output, errors], s_patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{sample}, or what it started, was still running after {s_patience}.");
        }
        return (process.ExitCode, output.Result + errors.Result);
    }
}
