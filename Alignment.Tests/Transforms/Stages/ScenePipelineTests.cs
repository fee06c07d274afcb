using Alignment.MLNet;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Alignment.Transforms.Stages;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.Tests.Transforms.Stages;

/// <summary>The stages together, as an embedder writes them: from files to the ControlNet's control.</summary>
public sealed class ScenePipelineTests
{
    [Test]
    public void Stages_FromFilesToControl_AgreeWithEachOther()
    {
        using var folder = new TempFolder();
        var ml = new MLContext(seed: 1);
        var data = ml.Data.LoadFromEnumerable(Write(folder));
        var model = ml.Alignment.AssignTemporalWindow()
            .Append(ml.Alignment.LoadMap(LoadMapOptions.Mask with { Width = 16, Height = 8 })).Append(ml.Alignment.BinarizeMask())
            .Append(ml.Alignment.LoadMap(new() { Width = 16, Height = 8 })).Append(ml.Alignment.NormalizeHeatmap())
            .Append(ml.Alignment.ScoreAlignment())
            .Append(ml.Alignment.ModifyAttention(Variant.Named("late_boost")))
            .Append(ml.Alignment.ScoreAlignment(new()
            {
                HeatmapColumn = SceneColumns.HeatmapModified,
                ScoreColumn = "score_after",
                ShareColumn = "share_after"
            }))
            .Append(ml.Alignment.BuildControl())
            .Append(ml.Alignment.SizeImage(new() { Width = 16, Height = 8 })).Fit(data);
        var made = model.Transform(data);
        float[] before = [.. made.GetColumn<float>(SceneColumns.AttentionShare)], after = [.. made.GetColumn<float>("share_after")];
        Assert.That(before, Is.All.EqualTo(0.25f).Within(1e-3),
            "a uniform heatmap gives a product of a quarter of the picture a quarter of the attention");
        Assert.That(after[..2], Is.EqualTo(before[..2]));
        Assert.That(after[2], Is.EqualTo(0.375 / 1.125).Within(1e-3), "1.5 q / (1 + 0.5 q), q = 1/4");
        float[] control = made.GetColumn<float[]>(SceneColumns.Control).Last();
        Assert.That(control.Take(128).Sum(), Is.EqualTo(32), "M first");
        Assert.That(control.Skip(128), Is.EqualTo(made.GetColumn<float[]>(SceneColumns.HeatmapModified).Last()), "then A'");
    }

    static IEnumerable<SceneRecord> Write(TempFolder folder)
    {
        byte[] mask = new byte[32 * 16], heat = new byte[32 * 16];
        for (int i = 0; i < mask.Length; i++) mask[i] = (byte)(i % 32 < 8 ? 255 : 0);
        heat.AsSpan().Fill(100);
        for (int n = 1; n <= 3; n++)
        {
            string still = folder[$"s{n}.jpg"], m = folder[$"m{n}.png"], h = folder[$"h{n}.jpg"];
            PictureFile.WriteJpeg(still, new RgbPicture(32, 16, new byte[3 * 32 * 16]));
            PictureFile.WritePngGrey(m, 32, 16, mask);
            PictureFile.WriteJpegGrey(h, 32, 16, heat);
            yield return new SceneRecord
            {
                VideoId = "ad",
                SceneNumber = 5 * n,
                Keyword = "shoe",
                SceneImagePath = still,
                KeywordMaskPath = m,
                AttentionHeatmapPath = h
            };
        }
    }
}
