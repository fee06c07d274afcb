using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Controls of a scene denoised together: edits a second at each batch against one by one, in turns, and whether the pictures are
/// the same bits.</summary>
static class EditBatches
{
    public const string Switch = "edit-batches";

    const int Controls = 8;

    static readonly int[] s_batches = [1, 2, 3, 4, 5, 8];

    public static int Run(string[] args)
    {
        ModelBundle bundle = ModelBundle.Open(args.Length > 0 ? args[0] : Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));
        int side = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128,
            rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        HeldOutScene[] scenes = HeldOutEdits.Scenes(rounds + 1, side);
        bool same = true;
        foreach (float guidance in new[] { 1f, 7.5f })
        {
            DiffusionEditor[] editors = [.. s_batches.Select(b => new DiffusionEditor(bundle,
                new() { Width = side, Height = side, GuidanceScale = guidance, Batch = b }))];
            double[][] seconds = [.. s_batches.Select(_ => new double[rounds])];
            long[] different = new long[s_batches.Length];
            for (int r = -1; r < rounds; r++)   // one round first, to warm up
            {
                HeldOutScene scene = scenes[r + 1];
                var edit = new EditInput
                {
                    SceneId = scene.Id,
                    Prompt = editors[0].Options.PromptFor(scene.Still.Keyword),
                    Image = scene.Image,
                    Controls = [.. Enumerable.Range(0, Controls).Select(c => (ReadOnlyMemory<float>)(float[])[.. scene.Mask,
                        .. scene.Changed(0.5 + 0.15 * c)])],
                };
                IReadOnlyList<float[]>? first = null;
                for (int b = 0; b < editors.Length; b++)
                {
                    IReadOnlyList<float[]> made = [];
                    double took = Timing.Seconds(() => made = editors[b].Edit(edit));
                    if (r >= 0) seconds[b][r] = took;
                    first ??= made;
                    for (int i = 0; i < made.Count; i++) different[b] += made[i].AsSpan().SequenceEqual(first[i]) ? 0 : 1;
                }
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Controls} edits of a scene of {side}x{side}, guidance {guidance}, medians of {rounds} scenes"));
            Console.WriteLine("| batch | edits/s | of batch 1 | pictures with other bits |\n| ---: | ---: | ---: | ---: |");
            for (int b = 0; b < editors.Length; b++)
            {
                double median = Timing.Median(seconds[b]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {s_batches[b]} | {Controls / median:f2} | "
                    + $"{Timing.Median(seconds[0]) / median:f2} | {different[b]} of {Controls * (rounds + 1)} |"));
                same &= different[b] == 0;
                editors[b].Dispose();
            }
        }
        return same ? 0 : 1;
    }
}
