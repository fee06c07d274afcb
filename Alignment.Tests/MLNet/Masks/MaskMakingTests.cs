using System.Text.Json;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Masks;
using Alignment.Onnx.Bundles;
using Alignment.Runner;
using Alignment.Tests.MLNet.Dataset;
using Alignment.Tests.Runner.Cli;
using Alignment.Tests.Tools.TinyModel;
using Alignment.Tests.Transforms.Masks;
using Alignment.Transforms.Images;

namespace Alignment.Tests.MLNet.Masks;

public sealed class MaskMakingTests
{
    static readonly MaskOptions s_plain = new() { Mask = new() { Prompts = ["{keyword}"] } };

    static ModelBundle Bundle => ModelBundle.Open(MaskBundles.Seeded);

    /// <summary>Two videos of stills, without any mask.</summary>
    static SmallDataSet Data(TempFolder folder)
    {
        var data = new SmallDataSet(folder["data"]);
        for (int n = 1; n <= 3; n++) data.Still($"video_scene_cuts/an ad/an ad-Scene-{n:000}-01.jpg", 40, 24);
        data.Still("video_scene_cuts/ünï/ünï-Scene-002-01.png", 33, 21);
        return data.Keyword("an ad", "bottle").Keyword("ünï", "a red can");
    }

    static Dictionary<string, (string Bytes, DateTime Written)> Files(string root) =>
        Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(f => Path.GetRelativePath(root, f),
        f => (Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))), File.GetLastWriteTimeUtc(f)));

    static Dictionary<string, string> Bytes(string root) => Files(root).ToDictionary(f => f.Key, f => f.Value.Bytes);

    [Test]
    public void Run_NoMasksYet_MakesEveryOneAtTheStillsSize()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        MaskResult report = MaskJob.Run(data.Root, Bundle, s_plain);
        Assert.Multiple(() =>
        {
            Assert.That((report.Videos, report.Scenes, report.Made, report.UpToDate, report.Existing), Is.EqualTo((2, 4L, 4L, 0L, 0L)));
            Assert.That(report.Problems, Is.Empty);
            Assert.That(PictureFile.ReadHeader(data["keyword_masks/an ad/scene_2.png"]),
                Has.Property("Width").EqualTo(40).And.Property("Height").EqualTo(24).And.Property("BitsPerChannel").EqualTo(8));
            Assert.That(PictureFile.ReadHeader(data["keyword_masks/ünï/scene_2.soft.png"]),
                Has.Property("Width").EqualTo(33).And.Property("BitsPerChannel").EqualTo(16));
            Assert.That(report.Sheets, Has.Count.EqualTo(2));
            Assert.That(report.Sheets, Is.All.Matches<string>(File.Exists));
            Assert.That(report.Prompts["a red can"], Is.EqualTo(new[] { "a red can" }));
        });
        float[] mask = PictureFile.ReadGrey(data["keyword_masks/an ad/scene_1.png"]).Values,
            soft = PictureFile.ReadGrey(data["keyword_masks/an ad/scene_1.soft.png"]).Values;
        Assert.That(mask, Is.EqualTo(soft.Select(p => p > 0.5f ? 1f : 0f)), "the mask is the probability above the threshold");
        // What the masks are for: validate takes them, and takes nothing else for a mask.
        data.Heatmap("attention_heatmap/an ad/an ad-Scene-001.jpg", 40, 24).Heatmap("attention_heatmap/an ad/an ad-Scene-002.jpg", 40, 24)
            .Heatmap("attention_heatmap/an ad/an ad-Scene-003.jpg", 40, 24);
        Assert.That(ValidationJob.Run(data.Root, null, null).ValidScenes, Is.EqualTo(3));
    }

    [Test]
    public void Run_Again_TouchesNothing()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        MaskJob.Run(data.Root, Bundle, s_plain);
        Dictionary<string, (string, DateTime)> before = Files(data.Root);
        MaskResult again = MaskJob.Run(data.Root, Bundle, s_plain);
        Assert.That((again.Made, again.UpToDate), Is.EqualTo((0L, 4L)));
        before.Remove(Path.Combine("mask_report", "masks.json"));   // says how many were made now
        Dictionary<string, (string, DateTime)> after = Files(data.Root);
        after.Remove(Path.Combine("mask_report", "masks.json"));
        Assert.That(after, Is.EquivalentTo(before));
    }

    [Test]
    public void Run_StoppedAfterEveryScene_EndsWithTheSameFiles()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        SmallDataSet data = Data(folder), through = Data(other);
        MaskJob.Run(through.Root, Bundle, s_plain);
        int stops = 0;
        for (bool ended = false; !ended;)
        {
            using var stop = new CancellationTokenSource();
            int seen = 0;
            try
            {
                MaskJob.Run(data.Root, Bundle, s_plain, new Told(_ => { if (++seen == stops + 1) stop.Cancel(); }), stop.Token);
                ended = true;
            }
            catch (OperationCanceledException)
            {
                Assert.That(++stops, Is.LessThan(10));
                Assert.That(File.Exists(data["mask_report/masks.csv"]), Is.False, "a report before the end");
            }
        }
        Assert.That(stops, Is.GreaterThan(2));
        Assert.That(Directory.EnumerateFiles(data.Root, "*.partial", SearchOption.AllDirectories), Is.Empty);
        foreach (string part in (string[])["keyword_masks"]) Assert.That(Bytes(data[part]), Is.EquivalentTo(Bytes(through[part])));
    }

    sealed class Told(Action<WorkProgress> told) : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value) => told(value);
    }

    [Test]
    public void Run_KilledBetweenRecordAndMask_MakesTheMaskAgain()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        MaskJob.Run(data.Root, Bundle, s_plain);
        byte[] mask = File.ReadAllBytes(data["keyword_masks/an ad/scene_2.png"]);
        File.Delete(data["keyword_masks/an ad/scene_2.png"]);
        Assert.That(MaskJob.Run(data.Root, Bundle, s_plain).Made, Is.EqualTo(1));
        Assert.That(File.ReadAllBytes(data["keyword_masks/an ad/scene_2.png"]), Is.EqualTo(mask));
    }

    [Test]
    public void Run_MasksOfSomebodyElse_StayUntilForced()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        data.Mask("keyword_masks/an ad/scene_1.png", 40, 24).Mask("keyword_masks/an ad/an ad-Scene-002-01.png", 40, 24);
        byte[] own = File.ReadAllBytes(data["keyword_masks/an ad/scene_1.png"]),
            other = File.ReadAllBytes(data["keyword_masks/an ad/an ad-Scene-002-01.png"]);
        MaskResult report = MaskJob.Run(data.Root, Bundle, s_plain);
        Assert.Multiple(() =>
        {
            Assert.That((report.Made, report.Existing), Is.EqualTo((2L, 2L)));
            Assert.That(File.ReadAllBytes(data["keyword_masks/an ad/scene_1.png"]), Is.EqualTo(own));
            Assert.That(File.Exists(data["keyword_masks/an ad/scene_2.png"]), Is.False, "a mask in the other layout is a mask");
        });
        // Other settings are no reason to touch what an earlier run made.
        MaskOptions lower = s_plain with { Mask = s_plain.Mask with { Threshold = 0.1f } };
        Dictionary<string, string> before = Bytes(data["keyword_masks"]);
        Assert.That(MaskJob.Run(data.Root, Bundle, lower).Existing, Is.EqualTo(4));
        Assert.That(Bytes(data["keyword_masks"]), Is.EquivalentTo(before));

        MaskResult forced = MaskJob.Run(data.Root, Bundle, lower with { Force = true });
        Assert.Multiple(() =>
        {
            Assert.That(forced.Made, Is.EqualTo(4));
            Assert.That(File.ReadAllBytes(data["keyword_masks/an ad/scene_1.png"]), Is.Not.EqualTo(own));
            Assert.That(File.ReadAllBytes(data["keyword_masks/an ad/an ad-Scene-002-01.png"]), Is.Not.EqualTo(other), "in place");
            Assert.That(MaskJob.Run(data.Root, Bundle, lower with { Force = true }).UpToDate, Is.EqualTo(4));
        });
    }

    [Test]
    public void Run_AJpegMaskThatWouldWin_IsReportedInsteadOfHidden()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        PictureFile.WriteJpegGrey(data["keyword_masks/an ad/scene_1.jpg"], 40, 24, new byte[960]);
        MaskResult report = MaskJob.Run(data.Root, Bundle, s_plain with { Force = true });
        Assert.That(report.Made, Is.EqualTo(3));
        Assert.That(report.Problems.Single().Message, Does.Contain("scene_1.jpg"));
        Assert.That(report.HasFailures, Is.True);
    }

    /// <summary>A folder or a mask that is linked to somewhere else is not read, and so must not be written to: it may be full of
    /// masks.</summary>
    [TestCase(true)]
    [TestCase(false)]
    [Platform("Linux,MacOsX", Reason = "Links need no rights there.")]
    public void Run_LinksThatLeadOutside_AreNotWrittenThrough(bool ofFolder)
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        Directory.CreateDirectory(folder["elsewhere"]);
        string theirs = folder["elsewhere", "scene_2.png"];
        PictureFile.WritePngGrey(theirs, 33, 21, new byte[33 * 21]);
        byte[] before = File.ReadAllBytes(theirs);
        Directory.CreateDirectory(data["keyword_masks"]);
        if (ofFolder) Directory.CreateSymbolicLink(data["keyword_masks/ünï"], folder["elsewhere"]);
        else
        {
            Directory.CreateDirectory(data["keyword_masks/ünï"]);
            File.CreateSymbolicLink(data["keyword_masks/ünï/scene_2.png"], theirs);
        }

        foreach (bool force in new[] { false, true })
        {
            MaskResult report = MaskJob.Run(data.Root, Bundle, s_plain with { Force = force });
            Assert.That(report.Problems.Select(p => p.Message), Has.Some.Contains("no mask is written through links"));
            Assert.That((report.HasFailures, report.Made + report.UpToDate), Is.EqualTo((true, 3L)));
            Assert.That(Directory.EnumerateFileSystemEntries(folder["elsewhere"]), Is.EqualTo(new[] { theirs }));
            Assert.That(File.ReadAllBytes(theirs), Is.EqualTo(before));
            Assert.That(new FileInfo(data["keyword_masks/ünï/scene_2.png"]) is { LinkTarget: not null } or { Exists: true });
        }
    }

    [Test]
    public void Run_WhatCannotBeUsed_IsReportedAndTheRestGoesOn()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder).Bytes("video_scene_cuts/an ad/an ad-Scene-002-01.jpg", [1, 2, 3])
            .Still("video_scene_cuts/no word/no word-Scene-001-01.jpg");
        MaskResult report = MaskJob.Run(data.Root, Bundle, s_plain);
        Assert.Multiple(() =>
        {
            Assert.That(report.Made, Is.EqualTo(3));
            Assert.That(report.Problems.Select(p => (p.Kind, p.VideoId, p.SceneNumber)),
                Is.EquivalentTo(new[] { (ProblemKind.UnreadableFile, "an ad", (int?)2), (ProblemKind.NoKeyword, "no word", null) }));
            Assert.That(File.ReadAllLines(data["mask_report/masks.csv"]), Has.Length.EqualTo(4));
        });
        Assert.That(() => MaskJob.Run(data.Root, Bundle, s_plain with { Videos = ["nobody"] }),
            Throws.TypeOf<UsageException>().With.Message.Contains("nobody"));
    }

    [Test]
    public void Run_ADamagedModel_EndsTheRunInsteadOfEveryScene()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        TinyBundle.Write(folder["bundle"], Bundle);
        byte[] bytes = File.ReadAllBytes(folder["bundle", "clipseg.onnx"]);
        bytes[bytes.Length / 2] ^= 0xff;
        File.WriteAllBytes(folder["bundle", "clipseg.onnx"], bytes);
        Assert.That(() => MaskJob.Run(data.Root, ModelBundle.Open(folder["bundle"]), s_plain),
            Throws.TypeOf<BadDataException>().With.Message.Contains("clipseg.onnx"));
        Assert.That(Directory.Exists(data["keyword_masks"]), Is.False);
    }

    [Test]
    public void Report_MasksByHand_HasTheirFigures()
    {
        using var folder = new TempFolder();
        var data = new SmallDataSet(folder["data"]);
        string[][] drawn =
        [
            ["##........", "##........", "..........", ".......###"],   // 7 of 40 pixels in two pieces
            ["##........", "..........", "..........", ".......###"],   // 5, all within the seven
            ["..........", "..........", "..........", ".........."],
            ["##########", "##########", "##########", "##########"],
        ];
        for (int n = 1; n <= drawn.Length; n++)
        {
            data.Still($"video_scene_cuts/v/v-Scene-{n:000}-01.png", 10, 4);
            PictureFile.WritePngGrey(data[$"keyword_masks/v/scene_{n}.png"], 10, 4,
                [.. string.Concat(drawn[n - 1]).Select(c => c == '#' ? (byte)255 : (byte)0)]);
        }
        data.Keyword("v", "bottle");
        MaskResult report = MaskJob.Run(data.Root, Bundle);
        string[][] rows = [.. File.ReadAllLines(data["mask_report/masks.csv"]).Skip(1).Select(l => l.Split(','))];
        Assert.Multiple(() =>
        {
            Assert.That((report.Empty, report.Full, report.Existing), Is.EqualTo((1L, 1L, 4L)));
            Assert.That(report.MeanArea, Is.EqualTo((7 + 5 + 0 + 40) / 160.0).Within(1e-12));
            Assert.That(rows.Select(r => string.Join(' ', r[3..9])),
                Is.EqualTo(new[] { "existing 17.5 0 0 2 ", "existing 12.5 0 0 2 0.7143", "existing 0 1 0 0 0", "existing 100 0 1 1 0" }));
            using var json = JsonDocument.Parse(File.ReadAllText(data["mask_report/masks.json"]));
            Assert.That(json.RootElement.GetProperty("model_hash").GetString(), Is.EqualTo(report.ModelHash));
        });
    }

    [Test]
    public async Task CommandLine_EndsWithTheRightCode()
    {
        using var folder = new TempFolder();
        SmallDataSet data = Data(folder);
        var (terminal, output, errors) = TestTerminal.Make();
        async Task<int> Run(params string[] words) =>
            await RunnerProgram.RunAsync(["masks", "--data", data.Root, .. words], terminal, CancellationToken.None);
        Assert.That(await Run("--model", MaskBundles.Seeded, "--json", "--prompt", "{keyword}", "--synonym", "bottle=flask", "--threshold",
            "0.3"), Is.Zero, errors.ToString());
        using (var shown = JsonDocument.Parse(output.ToString()))
            Assert.That(shown.RootElement.GetProperty("prompts").GetProperty("bottle").EnumerateArray().Select(p => p.GetString()),
            Is.EqualTo(new[] { "bottle", "flask" }));
        TinyBundle.Write(folder["without"]);
        Assert.That(await Run("--model", folder["without"]), Is.EqualTo(4));
        Assert.That(errors.ToString(), Does.Contain("--clipseg"));
        Assert.That(await Run("--model", MaskBundles.Seeded, "--synonym", "bottle"), Is.EqualTo(2));
        Assert.That(await Run("--model", MaskBundles.Seeded, "--threshold", "2"), Is.EqualTo(2));
        data.Bytes("video_scene_cuts/an ad/an ad-Scene-002-01.jpg", [1, 2, 3]);
        File.Delete(data["keyword_masks/an ad/scene_2.png"]);
        Assert.That(await Run("--model", MaskBundles.Seeded), Is.EqualTo(3));
    }
}
