using System.Text.Json;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.MLNet.Training.HeldOut;

public sealed class HeldOutExperimentTests
{
    static readonly HeldOutOptions s_small = new()
    {
        Scenes = 12,
        Seeds = 2,
        ShownScenes = 2,
        Edit = new() { Width = 96, Height = 96, InferenceSteps = 2, Seed = 40 }
    };

    [Test]
    public void Run_EditorThatFollowsTheControl_MeetsEveryBar()
    {
        HeldOutReport report = Run(control => control.Share(), scenes: 24);
        Assert.That(report.Bars.Where(b => !b.Met), Is.Empty);
        foreach (HeldOutMeasure m in report.Measures)
        {
            Assert.That(m.MeanShares[HeldOutControls.FullBoost], Is.GreaterThan(m.MeanShares[HeldOutControls.Baseline]));
            Assert.That(m.MeanShares[HeldOutControls.Reduction], Is.LessThan(m.MeanShares[HeldOutControls.Baseline]));
            Assert.That(m.Effects.Select(e => e.Test.N), Has.All.EqualTo(24), "scene is the unit");
            Assert.That(m.Effects.Select(e => e.BySeed.Count), Has.All.EqualTo(2));
        }
    }

    [Test]
    public void Run_EditorThatIgnoresTheControl_ShowsNoEffectAndSaysSo()
    {
        HeldOutReport report = Run(_ => 0.4);
        foreach (HeldOutMeasure m in report.Measures)
            Assert.That(m.Effects.Select(e => (e.Test.MeanDifference, e.Test.T, e.Test.P)), Has.All.EqualTo((0.0, 0.0, 1.0)));
        string[] unmet = [.. report.Bars.Where(b => !b.Met).Select(b => b.Condition)];
        Assert.That(unmet.Distinct().Count(), Is.EqualTo(5), "the two effects, the placebo's share of none, and both shuffled ones");
        Assert.That(HeldOutFiles.Markdown(report), Does.Contain("**not met**"));
    }

    [Test]
    public void Run_EditorThatSeesHowMuchButNotWhere_IsNotTakenForControl()
    {
        // A boost makes a map more uneven, wherever in the picture the boosted product is. The shuffled controls are there to find this.
        HeldOutReport report = Run(control => control.Unevenness() / 10);
        HeldOutMeasure trained = report.Measures.First(m => m.Trained);
        Assert.That(trained.Effects[0].Test, Has.Property("MeanDifference").GreaterThan(0).And.Property("P").LessThan(0.01));
        Assert.That(report.Bars.Where(b => b.Measure == trained.Predictor
            && b.Condition.StartsWith("another scene's map loses full_boost's", StringComparison.Ordinal)).Single().Met, Is.False);
        Assert.That(trained.ShuffledRatio, Is.GreaterThan(0.5));
    }

    [Test]
    public void Shuffled_EveryScene_HasItsOwnMaskAndAnothersMap([Values(2, 3, 5)] int count)
    {
        HeldOutScene[] scenes = [.. Enumerable.Range(0, count).Select(Scene)];
        for (int i = 0; i < count; i++)
        {
            IReadOnlyList<float[]> controls = HeldOutControls.Of(scenes, i);
            Assert.That(controls, Has.Count.EqualTo(HeldOutControls.Names.Count));
            Assert.That(controls.Select(c => c[..1024]), Has.All.EqualTo(scenes[i].Mask));
            Assert.That(controls[0][1024..], Is.EqualTo(scenes[i].Attention));
            Assert.That(controls[4][1024..], Is.Not.EqualTo(scenes[i].Attention));
            Assert.That(scenes.Select(s => s.Attention), Has.One.EqualTo(controls[4][1024..]));
            double before = AttentionScore.Of(controls[0].AsSpan(1024), scenes[i].Mask).Share;
            Assert.That(AttentionScore.Of(controls[1].AsSpan(1024), scenes[i].Mask).Share, Is.GreaterThan(before));
            Assert.That(AttentionScore.Of(controls[2].AsSpan(1024), scenes[i].Mask).Share, Is.LessThan(before));
        }
    }

    [Test]
    public void Psnr_EveryValueInTheMaskTenLevelsOff_IsTheClosedForm()
    {
        HeldOutScene scene = Scene(0);
        byte[] off = [.. scene.Rgb.Select((v, i) => scene.Mask[i / 3] > 0 ? (byte)(v < 128 ? v + 10 : v - 10) : v)];
        Assert.That(scene.PsnrInMask(off), Is.EqualTo(20 * Math.Log10(25.5)).Within(1e-9));
        Assert.That(scene.PsnrInMask(scene.Rgb), Is.EqualTo(double.PositiveInfinity));
        Assert.That(scene.BackgroundDifference(off), Is.Zero);
        int background = Array.IndexOf(scene.Mask, 0f);
        off[3 * background + 1] ^= 4;
        Assert.That(scene.BackgroundDifference(off), Is.EqualTo(4));
    }

    [Test]
    public void Write_TinyBundle_IsCompleteAndItsBackgroundUntouched()
    {
        using TempFolder temp = new();
        HeldOutReport report = HeldOutExperiment.Run(ModelBundle.Open(BundledModels.Tiny),
            s_small with { Scenes = 2, Seeds = 1, Edit = s_small.Edit with { Width = 64, Height = 64 } });
        HeldOutFiles.Write(report, temp["out"]);
        Assert.That(report.BackgroundDifference, Is.Zero);
        Assert.That(File.ReadAllLines(temp["out", "held-out.csv"]), Has.Length.EqualTo(1 + 2 + 2 * HeldOutControls.Names.Count));
        using var json = JsonDocument.Parse(File.ReadAllBytes(temp["out", "held-out.json"]));
        Assert.That(json.RootElement.GetProperty("measures").GetArrayLength(), Is.EqualTo(4));
        Assert.That(File.ReadAllText(temp["out", "held-out.md"]), Does.Contain("fine_grained.smoothed"));
        Assert.That(File.Exists(temp["out", "held-out.png"]));
        Assert.That(Directory.GetFiles(temp["out", "pictures"]), Has.Length.EqualTo(2 * 7));
    }

    [TestCase(1, 1, "fine_grained")]
    [TestCase(5, 0, "fine_grained")]
    [TestCase(5, 1, "spectral_residual")]
    [TestCase(5, 1, "other")]
    public void Options_OutOfRange_AreUsageErrors(int scenes, int seeds, string heldOut) =>
        Assert.Throws<UsageException>(() => (s_small with { Scenes = scenes, Seeds = seeds, HeldOutPredictor = heldOut }).Check());

    static HeldOutScene Scene(int index) => new(new DrawnStills(new() { Width = 32, Height = 32 }).Still(index), 0.5f,
        SaliencyPredictors.Parse("fine_grained.smoothed"), new());

    static HeldOutReport Run(Func<Control, double> presence, int scenes = 12) =>
        HeldOutExperiment.Run(edit => new FakeEditor(edit, presence), s_small with { Scenes = scenes }, null, CancellationToken.None);

    /// <summary>A control [2,H,W].</summary>
    readonly record struct Control(float[] Values)
    {
        public double Share() => AttentionScore.Of(Values.AsSpan(Values.Length / 2), Values.AsSpan(0, Values.Length / 2)).Share;

        public double Unevenness()
        {
            float[] map = Values[(Values.Length / 2)..];
            return map.Average(a => a * a) / Math.Pow(map.Average(), 2);
        }
    }

    /// <summary>Draws the very scene at the presence that <paramref name="presence"/> sees in the control; at the reconstruction's strength
    /// it gives the scene back.</summary>
    sealed class FakeEditor(EditOptions options, Func<Control, double> presence) : IHeldOutEditor
    {
        (string Id, DrawnStill? Still) _last = ("", null);
        readonly DrawnStills _stills = new(new() { Use = StillUse.HeldOut, Width = options.Width, Height = options.Height });

        public IReadOnlyList<float[]> Edit(EditInput scene, CancellationToken cancellationToken) =>
            [.. scene.Controls.Select(c => options.Strength == s_small.ReconstructionStrength ? Reconstruct(scene.Image.ToArray())
            : Draw(scene.SceneId, presence(new(c.ToArray()))))];

        public float[] Reconstruct(float[] image) => DiffusionEditor.FromModelRange(image);

        public void Dispose()
        {
        }

        float[] Draw(string id, double presence)
        {
            if (id != _last.Id) _last = (id,
                _stills.Still(int.Parse(id.AsSpan(id.Length - 3), System.Globalization.CultureInfo.InvariantCulture) - 1));
            int n = options.Width * options.Height;
            byte[] rgb = new byte[3 * n];
            _last.Still!.Render((float)Math.Clamp(presence, 0, 1), rgb);
            return [.. Enumerable.Range(0, 3 * n).Select(i => rgb[i % n * 3 + i / n] / 255f)];
        }
    }
}
