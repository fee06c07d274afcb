using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Variants;
using Alignment.Tests.MLNet.Editing;
using Alignment.Tests.MLNet.Pipelines;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.MLNet.Dose;

/// <summary>
/// A run of the mini data set whose edits are painted by hand: the product gets stripes whose contrast follows the attention that its map
/// has on it, so that a boost really draws predicted attention, and the placebo really leaves it alone. What is true is known without any
/// model.
/// </summary>
static class PaintedRun
{
    public const int Size = 48;

    public static string Make(TempFolder temp)
    {
        MiniDataSet.Write(temp["data"]);
        Make(temp["data"], temp["run"]);
        return temp["run"];
    }

    /// <summary>Of any data set.</summary>
    public static void Make(string data, string run)
    {
        VariantJob.Run(data, run, new() { Width = Size, Height = Size });
        var options = new EditJobOptions { Edit = new() { Width = Size, Height = Size } };
        VariantSet set = VariantSet.Open(run);
        var source = new EditSource(Variant.Names, () => set.ScenesOf([]), () => set.ScenesOf([]), set.AttentionOrigin);
        EditChain chain = FakeVariants.Chain(options, new() { Width = Size, Height = Size }, Variant.Names, new Painter());
        new EditRun(source, chain, new EditedFolder(run), options, "painter", "left out").Run(null, CancellationToken.None);
    }

    /// <summary>A copy to be damaged.</summary>
    public static string Copy(string run, string to)
    {
        foreach (string file in Directory.GetFiles(run, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(run, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return to;
    }

    public static string Picture(string run, string variant, string video, int scene) =>
        new EditedFolder(run).Png(variant, video, SceneRecord.IdOf(video, scene));

    public static string Mask(string data, string video, int scene) =>
        Path.Combine(data, "keyword_masks", video, FormattableString.Invariant($"scene_{scene}.png"));

    sealed class Painter : ISceneEditor, IEditors
    {
        public int ControlChannels => 2;

        public void Verify(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
        {
        }

        public void RequireSize(int width, int height)
        {
        }

        public ISceneEditor For(int width, int height) => this;

        public void Expect(long edits)
        {
        }

        public object? Encode(EditInput scene) => null;

        public IEnumerable<DenoisedEdit> Denoise(EditInput scene, object? encoded, int guessInterval,
            CancellationToken cancellationToken) =>
            scene.Controls.Select((c, i) => new DenoisedEdit(i, Paint(scene.Image.ToArray(), c.ToArray()), 0));

        public float[] Decode(string sceneId, DenoisedEdit edit) => edit.Latents;

        static float[] Paint(float[] image, float[] control)
        {
            const int n = Size * Size;
            double on = 0, product = 0, besides = 0;
            for (int i = 0; i < n; i++)
            {
                if (control[i] == 0)
                {
                    besides = Math.Max(besides, control[n + i]);
                    continue;
                }
                product++;
                on += control[n + i];
            }
            // what happens beside it shows a little, as it does in real edits
            float contrast = (float)(0.95 * on / product + 0.05 * besides), middle = 0.5f;
            float[] made = [.. image.Select(v => (v + 1) / 2)];
            for (int c = 0; c < 3; c++)
                for (int i = 0; i < n; i++)
                    if (control[i] > 0) made[c * n + i] = middle + middle * contrast * (i % Size / 3 % 2 == 0 ? 1 : -1);
            return made;
        }

        public void Dispose()
        {
        }
    }
}
