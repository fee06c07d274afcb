using Alignment.MLNet.Ffmpeg;

namespace Alignment.Tests.MLNet.Ffmpeg;

public sealed class FfmpegToolsTests
{
    [Test]
    public void Find_NoneThere_SaysWhereItLookedAndHowToInstall()
    {
        using var temp = new TempFolder();
        Assert.Multiple(() =>
        {
            Assert.That(() => FfmpegTools.Find(temp.Path),
                Throws.InstanceOf<MissingDependencyException>().With.Message.Contains(temp.Path).And.Message.Contains("nstall"));
            Assert.That(() => FfmpegTools.Find(null, temp.Path, null),
                Throws.InstanceOf<MissingDependencyException>().With.Message.Contains(FfmpegTools.EnvironmentVariable));
            Assert.That(() => FfmpegTools.Find(null, null, temp.Path),
                Throws.InstanceOf<MissingDependencyException>().With.Message.Contains("PATH"));
        });
    }

    [Test]
    public void Find_Installed_KnowsItsVersion()
    {
        var tools = FfmpegTools.Find();
        Assert.That(tools.Version, Does.Match("[0-9]"));
        // The variable may also name the program itself.
        Assert.That(FfmpegTools.Find(null, tools.FfmpegPath, "").Folder, Is.EqualTo(tools.Folder));
    }

    [Test]
    public void Find_ProgramThatIsNotFfmpeg_IsMissing()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("Needs a script that starts.");
        using var temp = new TempFolder();
        foreach (string name in new[] { "ffmpeg", "ffprobe" })
        {
            File.WriteAllText(temp[name], "#!/bin/sh\necho hello\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(temp[name], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        Assert.That(() => FfmpegTools.Find(temp.Path), Throws.InstanceOf<MissingDependencyException>().With.Message.Contains("hello"));
    }

    [TestCase("av_interleaved_write_frame(): No space left on device", typeof(RetryableException), 75)]
    [TestCase("Unknown encoder 'libx264'", typeof(MissingDependencyException), 4)]
    [TestCase("moov atom not found", typeof(BadDataException), 3)]
    public void Failure_WhatFfmpegSaid_DecidesTheKind(string line, Type kind, int exitCode)
    {
        var e = FfmpegRun.Failure("The video 'x.mp4'", 1, "-i \"in0\"", ["first", line], FfmpegTools.Find());
        Assert.Multiple(() =>
        {
            Assert.That(e, Is.InstanceOf(kind));
            Assert.That(e.ExitCode, Is.EqualTo(exitCode));
            Assert.That(e.Message, Does.Contain("exit code 1").And.Contain("-i \"in0\"").And.Contain(line).And.Contain("x.mp4"));
        });
    }
}
