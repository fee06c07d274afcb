using System.Runtime.Intrinsics.X86;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.SceneDetection;
using Alignment.MLNet.SceneDetection.Detectors;
using Alignment.MLNet.SceneDetection.Frames;

namespace Alignment.Tests.MLNet.SceneDetection;

/// <summary>Every frame's scores and every detector's cuts against PySceneDetect's on the same footage.</summary>
[Parallelizable(ParallelScope.Self)]
public sealed class ScoreParityTests
{
    // The reference's own: 1e-6 where the pixels are the same, and they are.
    const double Tolerance = 1e-6;
    // 15 frames at the nominal rate.
    const double ReferenceMinimumFrames = 15;

    [TestCaseSource(typeof(SceneCutsFixture), nameof(SceneCutsFixture.Names))]
    public void Scores_EveryFrame_AreTheReferences(string video)
    {
        var fixture = SceneCutsFixture.Read(video);
        // What is not yuv420p comes as ffmpeg's own BGR, which elsewhere than on x86 is another.
        if (video == "lossless_rgb.mp4" && !Sse2.IsSupported) Assert.Ignore("ffmpeg's conversions differ off x86.");
        using var text = new StringWriter();
        var stats = new StatsCsv(text, new SceneDetectionOptions().AdaptiveLeast);
        stats.WriteHeader();
        Pass(fixture, [], stats.Add);
        stats.End();

        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(fixture.Frames + 1));
        string[] names = lines[0].Split(',');
        Assert.That(fixture.Csv[0], Does.StartWith(lines[0]));
        for (int row = 1; row < lines.Length; row++)
        {
            string[] made = lines[row].Split(','), expected = fixture.Csv[row].Split(',');
            for (int c = 0; c < names.Length; c++)
            {
                double? a = SceneCutsFixture.Cell(made[c]), b = SceneCutsFixture.Cell(expected[c]);
                if (a is null != b is null || Math.Abs((a - b) ?? 0) > Tolerance)
                    Assert.Fail($"Frame {row - 1}, {names[c]}: {made[c]}, the reference has {expected[c]}.");
            }
        }
    }

    [TestCaseSource(typeof(SceneCutsFixture), nameof(SceneCutsFixture.Names))]
    public void Detectors_EveryVideo_CutWhereTheReferenceDoes(string video)
    {
        var fixture = SceneCutsFixture.Read(video);
        var minimum = new MinimumLength(ReferenceMinimumFrames / fixture.FrameRate);
        var defaults = new SceneDetectionOptions();
        Dictionary<string, ICutDetector> detectors = new()
        {
            ["content"] = new ContentDetector(defaults.ContentThreshold, minimum),
            ["adaptive"] = new AdaptiveDetector(defaults.AdaptiveThreshold, defaults.AdaptiveLeast, minimum),
            ["threshold"] = new ThresholdDetector(defaults.FadeThreshold, minimum),
            ["histogram"] = new HistogramDetector(defaults.HistogramThreshold, minimum),
        };
        var cuts = Pass(fixture, [.. detectors.Values], null);
        Assert.That(fixture.DetectorCuts.Keys, Is.EquivalentTo(detectors.Keys));
        int i = 0;
        foreach (string name in detectors.Keys) Assert.That(cuts[i++], Is.EqualTo(fixture.DetectorCuts[name]), name);
    }

    [TestCaseSource(typeof(SceneCutsFixture), nameof(SceneCutsFixture.Names))]
    public void Default_EveryVideo_FindsTheTrueCutsAndNoOther(string video)
    {
        var fixture = SceneCutsFixture.Read(video);
        var cuts = Pass(fixture, [new SceneDetectionOptions().NewDetector()], null)[0];
        if (fixture.Gradual is var (from, to)) Assert.That(cuts, Has.Count.EqualTo(1).And.All.InRange(from, to - 1));
        else Assert.That(cuts, Is.EqualTo(fixture.TrueCuts));
    }

    static List<long>[] Pass(SceneCutsFixture fixture, ICutDetector[] detectors, Action<AnalysedFrame>? watch)
    {
        List<long>[] cuts = [.. detectors.Select(_ => new List<long>())];
        var all = new Together(detectors, cuts);
        var tools = FfmpegTools.Find();
        DetectionPass.Run(fixture.Path, VideoProbe.Read(fixture.Path, tools), all, ScoreKinds.None, watch, tools, CancellationToken.None);
        return cuts;
    }

    /// <summary>Several detectors in one pass.</summary>
    sealed class Together(ICutDetector[] detectors, List<long>[] cuts) : ICutDetector
    {
        public ScoreKinds Needs => detectors is [ShotDetector] ? ScoreKinds.Picture : ScoreKinds.Scores;

        public void Add(AnalysedFrame frame, Action<SceneCut> found)
        {
            for (int i = 0; i < detectors.Length; i++) detectors[i].Add(frame, cut => cuts[i].Add(cut.Frame));
        }

        public void End(Action<SceneCut> found)
        {
            for (int i = 0; i < detectors.Length; i++) detectors[i].End(cut => cuts[i].Add(cut.Frame));
        }
    }
}
