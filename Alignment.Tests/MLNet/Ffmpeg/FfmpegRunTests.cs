using System.Runtime.Versioning;
using Alignment.MLNet.Ffmpeg;
using FFMpegCore;

namespace Alignment.Tests.MLNet.Ffmpeg;

/// <summary>Stopping ffmpeg at an awkward moment. The programs are shell scripts that stand still at just that moment.</summary>
[Platform("Linux,MacOsX"), UnsupportedOSPlatform("windows")]
public sealed class FfmpegRunTests
{
    static readonly TimeSpan s_atMost = TimeSpan.FromSeconds(30);

    /// <summary>ffmpeg has closed its input and is about to exit: FFMpegCore's "q" meets a broken pipe.</summary>
    [Test]
    public void Execute_CancelledWhileFfmpegEnds_CancellerGetsNoError()
    {
        using var temp = new TempFolder();
        FfmpegTools tools = Pretender(temp, "exec 0<&-; : > started; sleep 1; exit 1");
        Assert.That(Cancelled(tools), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Execute_CancelledWhileFfmpegWorks_IsKilled()
    {
        using var temp = new TempFolder();
        FfmpegTools tools = Pretender(temp, ": > started; exec sleep 600");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.That(Cancelled(tools), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(watch.Elapsed, Is.LessThan(s_atMost));
    }

    /// <summary>A long job makes thousands of runs under one token: none of them may stay with it.</summary>
    [Test]
    public void Execute_CancelledAfterwards_DoesNothing()
    {
        using var temp = new TempFolder();
        FfmpegTools tools = Pretender(temp, "exit 0");
        using var stop = new CancellationTokenSource();
        using var workspace = new FfmpegWorkspace();
        FfmpegRun.Execute(Job(), "A run", tools, workspace, stop.Token);
        Assert.That(stop.Cancel, Throws.Nothing);
    }

    /// <summary>Cancels once the program stands where it should; the cancelling itself must not throw.</summary>
    static Action Cancelled(FfmpegTools tools) => () =>
    {
        using var stop = new CancellationTokenSource();
        using var workspace = new FfmpegWorkspace();
        var run = Task.Run(() => FfmpegRun.Execute(Job(), "A run", tools, workspace, stop.Token));
        Assert.That(() => File.Exists(Path.Combine(workspace.Folder, "started")), Is.True.After((int)s_atMost.TotalMilliseconds, 5));
        Assert.That(stop.Cancel, Throws.Nothing);
        run.GetAwaiter().GetResult();
    };

    static FFMpegArgumentProcessor Job() => FFMpegArguments.FromFileInput("in", false).OutputToFile("out", true);

    static FfmpegTools Pretender(TempFolder temp, string afterVersion)
    {
        foreach (string program in (string[])["ffmpeg", "ffprobe"])
        {
            string path = temp[program];
            File.WriteAllText(path,
                $"#!/bin/sh\nif [ \"$1\" = -version ]; then echo 'ffmpeg version 7.1 Copyright'; exit 0; fi\n{afterVersion}\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return FfmpegTools.Find(temp[""].TrimEnd(Path.DirectorySeparatorChar));
    }
}
