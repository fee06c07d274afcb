using System.Globalization;
using Alignment.MLNet.Dataset;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Synthetic;
using Alignment.MLNet.Variants;
using Alignment.Onnx.Bundles;
using Alignment.Onnx.Weights;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>Many small edits of scenes with ids of their own, one after another in one run: memory every fifty, which must not grow; then
/// the same run again, with nothing to do.</summary>
static class ManyEdits
{
    public const string Switch = "many-edits";

    const int Every = 50;

    /// <summary>Megabytes that the last half of the run may add: heaps breathe.</summary>
    const long MayAdd = 16;

    public static int Run(string[] args)
    {
        int edits = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 500,
            side = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 64;
        string work = Directory.CreateTempSubdirectory("alignment-bench-").FullName;
        try
        {
            var scenes = new OneStill(work, edits, side);
            ModelBundle bundle = ModelBundle.Open(Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));
            EditOptions edit = new EditOptions { Width = side, Height = side, InferenceSteps = 6 }.Resolve(bundle);
            var watch = new Watch();
            var options = new EditJobOptions { Edit = edit, PreviewEvery = 3 };
            EditRun Job() => new(scenes.Source, EditChain.Of(bundle, options, new() { Width = side, Height = side },
                scenes.Source.Variants),
                new EditedFolder(Path.Combine(work, "out")), options, bundle.Hash, "measured");
            Console.WriteLine($"| edits | working set, MB | managed, MB |\n| ---: | ---: | ---: |");
            EditResult result = Job().Run(watch, CancellationToken.None);
            double again = Timing.Seconds(() => Job().Run(null, CancellationToken.None));
            double table = Timing.Seconds(() => EditQualityTable.Write(new(Path.Combine(work, "out")), scenes.Source.All(), "measured",
                CancellationToken.None));
            (long half, long end) = (watch.At(edits / 2), watch.At(edits));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.EditsMade} edits of {side}x{side} in stills of "
                + $"{OneStill.StillWidth}x{OneStill.StillHeight}, 4 steps, strips: {result.Timing!.EditsPerSecond:f1} edits/s; the "
                + $"second half added {end - half} MB (allowed {MayAdd}); again with nothing to do {again:f2} s, of which reading every "
                + $"record for the table {table:f2} s; load {EditOverlap.Load()}"));
            return end - half <= MayAdd ? 0 : 1;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Looks at the memory at every fiftieth edit, on the thread that wrote it.</summary>
    sealed class Watch : IProgress<WorkProgress>
    {
        readonly Dictionary<long, long> _seen = [];

        public long At(long edits) => _seen[edits / Every * Every];

        public void Report(WorkProgress value)
        {
            if (value.Stage != "editing scenes" || value.Done == 0 || value.Done % Every != 0
                || !_seen.TryAdd(value.Done, Environment.WorkingSet >> 20)) return;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {value.Done} | {_seen[value.Done]} | {GC.GetTotalMemory(forceFullCollection: false) >> 20} |"));
        }
    }

    /// <summary>Any number of scenes that share a still, a mask and a map.</summary>
    sealed class OneStill
    {
        public const int StillWidth = 640, StillHeight = 360;

        public OneStill(string work, int count, int side)
        {
            AdDrawingOptions ad = AdDrawing.Set(1, new() { Width = StillWidth, Height = StillHeight })[0];
            DrawnDataSet.Write(work, [ad]);
            SceneRecord Scene(int number) => new()
            {
                VideoId = "v",
                SceneNumber = number,
                Keyword = "bottle",
                SceneImagePath = Path.Combine(work, "video_scene_cuts", ad.VideoId, $"{ad.VideoId}-Scene-001-01.jpg"),
                KeywordMaskPath = Path.Combine(work, "keyword_masks", ad.VideoId, "scene_1.png"),
                AttentionHeatmapPath = "",
                Filename = "",
            };
            string map = Path.Combine(work, "map.safetensors");
            float[] attention = [.. Enumerable.Range(0, side * side).Select(i => 0.5f + 0.5f * MathF.Sin(0.01f * i))],
                mask = new float[side * side];
            SafetensorsWriter.Write(map, [SafetensorsTensor.Floats(MapFile.LosslessTensor, [side, side], attention)], durable: false);
            PictureFile.ReadGrey(Scene(1).KeywordMaskPath, side, side, mask);
            for (int i = 0; i < mask.Length; i++) mask[i] = mask[i] > 0.5f ? 1 : 0;
            string control = ControlStack.Hash(side, side, mask, attention);
            IEnumerable<SetScene> scenes = Enumerable.Range(1, count).Select(Scene)
                .Select(s => new SetScene(s, [new(s, Variant.All[0], 0, 0, "", map, control, false, 0, 0, 0, 0)],
                HeatmapProvenance.Provided));
            Source = new(["baseline"], () => scenes, () => scenes, ProvenanceCounts.None);
        }

        public EditSource Source { get; }
    }
}
