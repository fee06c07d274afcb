using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>
/// Does the control move attention? Drawn scenes that no training has seen are edited under the baseline's map, the boost's, the
/// reduction's, the placebo's and another scene's, with the editor and the compositor of every edit; then attention is predicted on the
/// edited 8-bit pictures by the training's predictor and by one that no training has seen, and its share on the product is compared within
/// each scene.
/// </summary>
static class HeldOutExperiment
{
    /// <summary>Runs the experiment.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told after each scene and seed; null for none.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="UsageException">An option is out of range, or the size does not suit the bundle.</exception>
    public static HeldOutReport Run(ModelBundle bundle, HeldOutOptions? options = null, IProgress<WorkProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return Run(edit => new BundleHeldOutEditor(bundle, edit), (options ?? new()).For(bundle), progress,
            cancellationToken) with
        { Model = Path.GetFileName(bundle.Folder), ModelSha256 = bundle.Hash };
    }

    /// <summary>As the other, with editors from elsewhere.</summary>
    internal static HeldOutReport Run(Func<EditOptions, IHeldOutEditor> editors, HeldOutOptions options, IProgress<WorkProgress>? progress,
        CancellationToken cancellationToken)
    {
        options.Check();
        ISaliencyPredictor[] measures = [.. new[] { options.HeldOutPredictor,
            options.TrainingPredictor }.SelectMany(n => new[] { SaliencyPredictors.Parse(n),
                SaliencyPredictors.Parse(n + ".smoothed", options.Smoothing) })];
        List<HeldOutScene> scenes = Scenes(options);
        var rows = new List<HeldOutRow>();
        var psnr = new List<double>();
        double[] vae = new double[scenes.Count];
        var shown = new List<HeldOutPictures>();
        foreach (HeldOutScene scene in scenes) rows.Add(new(scene.Id, options.Edit.Seed, HeldOutRow.Source,
            Shares(measures, scene, scene.Rgb), 0, AttentionScore.Of(scene.Attention, scene.Mask).Share));

        for (int k = 0; k < options.Seeds; k++)
        {
            EditOptions edit = options.Edit with { Seed = unchecked(options.Edit.Seed + (ulong)k), Batch = HeldOutControls.Names.Count };
            using IHeldOutEditor editor = editors(edit);
            bool same = edit.Strength == options.ReconstructionStrength;
            using IHeldOutEditor? half = same ? null : editors(edit with { Strength = options.ReconstructionStrength, Batch = 1 });
            for (int i = 0; i < scenes.Count; i++)
            {
                HeldOutScene scene = scenes[i];
                IReadOnlyList<float[]> controls = HeldOutControls.Of(scenes, i);
                EditInput Under(params IEnumerable<float[]> wanted) =>
                    new()
                    {
                        SceneId = scene.Id,
                        Prompt = edit.PromptFor(scene.Still.Keyword),
                        Image = scene.Image,
                        Controls = [.. wanted.Select(c => (ReadOnlyMemory<float>)c)]
                    };
                byte[][] edited = [.. editor.Edit(Under(controls), cancellationToken).Select(scene.Composite)];
                for (int c = 0; c < edited.Length; c++) rows.Add(new(scene.Id, edit.Seed, HeldOutControls.Names[c],
                    Shares(measures, scene, edited[c]), scene.BackgroundDifference(edited[c]),
                    AttentionScore.Of(controls[c].AsSpan(scene.Mask.Length), scene.Mask).Share));
                psnr.Add(scene.PsnrInMask(half is null ? edited[0] : scene.Composite(half.Edit(Under(controls[0]), cancellationToken)[0])));
                if (k == 0)
                {
                    vae[i] = scene.PsnrInMask(scene.Composite(editor.Reconstruct(scene.Image)));
                    if (i < options.ShownScenes) shown.Add(new(scene, edited));
                }
                progress?.Report(new("editing held-out scenes", (long)k * scenes.Count + i + 1, (long)options.Seeds * scenes.Count,
                    scene.Id));
            }
        }
        return HeldOutReport.Of(options, rows) with
        {
            WholePlacebos = scenes.Count(s => s.Placebo.Whole),
            Reconstruction = new(options.ReconstructionStrength, psnr.Average(), psnr.Min(), vae.Average(), vae.Min()),
            Pictures = shown,
        };
    }

    static List<HeldOutScene> Scenes(HeldOutOptions options)
    {
        var stills = new DrawnStills(new()
        {
            Seed = options.SceneSeed,
            Use = StillUse.HeldOut,
            Width = options.Edit.Width,
            Height = options.Edit.Height
        });
        ISaliencyPredictor training = SaliencyPredictors.Parse(options.TrainingPredictor + ".smoothed", options.Smoothing);
        return [.. Enumerable.Range(0, options.Scenes)
            .Select(i => new HeldOutScene(stills.Still(i), options.Presence, training, options.Edit))];
    }

    static double[] Shares(ISaliencyPredictor[] measures, HeldOutScene scene, byte[] picture)
    {
        float[] map = new float[scene.Mask.Length];
        return [.. measures.Select(m =>
        {
            m.Predict(picture, scene.Width, scene.Height, map);
            return AttentionScore.Of(map, scene.Mask).Share;
        })];
    }
}

/// <summary>A scene's edits of the first seed, for the sheet.</summary>
sealed record HeldOutPictures(HeldOutScene Scene, byte[][] Edited);
