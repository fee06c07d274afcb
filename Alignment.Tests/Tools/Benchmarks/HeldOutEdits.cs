using Alignment.Tests.Tools.HeldOut;
using Alignment.Tests.Tools.Stills;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Held-out drawn scenes, edited under the boost's control, and how far two edits of one differ.</summary>
static class HeldOutEdits
{
    public static HeldOutScene[] Scenes(int count, int side)
    {
        var stills = new DrawnStills(new() { Use = StillUse.HeldOut, Width = side, Height = side });
        ISaliencyPredictor saliency = SaliencyPredictors.Parse("spectral_residual.smoothed");
        return [.. Enumerable.Range(0, count).Select(i => new HeldOutScene(stills.Still(i), 0.4f, saliency, new()))];
    }

    /// <param name="editor">Of the scene's size.</param>
    /// <param name="scene">What to edit.</param>
    /// <param name="image">Its picture as the editor takes it.</param>
    public static float[] Edit(DiffusionEditor editor, HeldOutScene scene, float[] image) =>
        editor.Edit(new EditInput
        {
            SceneId = scene.Id,
            Prompt = editor.Options.PromptFor(scene.Still.Keyword),
            Image = image,
            Controls = [(float[])[.. scene.Mask, .. scene.Changed(Variant.BoostAlpha)]]
        })[0];

    /// <summary>Root mean squared difference within the scene's mask, in levels of 255.</summary>
    public static double Error(HeldOutScene scene, float[] made, float[] reference)
    {
        double squares = 0;
        long values = 0;
        for (int k = 0; k < made.Length; k++)
        {
            if (!(scene.Mask[k % scene.Mask.Length] > 0)) continue;
            squares += Math.Pow(made[k] - reference[k], 2);
            values++;
        }
        return 255 * Math.Sqrt(squares / values);
    }
}
