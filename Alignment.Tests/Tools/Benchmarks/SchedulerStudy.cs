using System.Globalization;
using Alignment.MLNet.Statistics;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// How far each sampler with few steps ends from DDIM with 999, on held-out drawn scenes edited under the boost's control: root mean
/// squared difference of the decoded pictures within the mask, in levels of 255. See docs/samplers.md.
/// </summary>
static class SchedulerStudy
{
    public const string Switch = "scheduler-study";

    const int Side = 128, ReferenceSteps = 999, StandardSteps = 50;

    static readonly int[] s_steps = [10, 15, 20, 30, 50];

    /// <summary>LCM is left out: it needs a model distilled for it.</summary>
    static readonly SchedulerKind[] s_kinds = [SchedulerKind.Ddim, SchedulerKind.Pndm, SchedulerKind.Euler, SchedulerKind.EulerKarras,
        SchedulerKind.DpmSolver, SchedulerKind.DpmSolverKarras, SchedulerKind.UniPc, SchedulerKind.Ddpm, SchedulerKind.EulerAncestral];

    public static int Run(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : Path.Combine(Shared.Repository, "onnx", "bundles", "tiny");
        int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 12;
        double? strength = args.Length > 2 && args[2] != "-" ? double.Parse(args[2], CultureInfo.InvariantCulture) : null;
        float? guidance = args.Length > 3 && args[3] != "-" ? float.Parse(args[3], CultureInfo.InvariantCulture) : null;
        SchedulerKind[] kinds = args.Length > 4 ? [.. args[4..].Select(SchedulerNames.Parse)] : s_kinds;
        ModelBundle bundle = ModelBundle.Open(folder);
        EditOptions plain = new EditOptions { Width = Side, Height = Side, Strength = strength, GuidanceScale = guidance }.Resolve(bundle);
        HeldOutScene[] scenes = HeldOutEdits.Scenes(count, Side);
        float[][] reference = Edit(bundle, plain, scenes, SchedulerKind.Ddim, ReferenceSteps);

        double[] standard = Errors(scenes, Edit(bundle, plain, scenes, SchedulerKind.Ddim, StandardSteps), reference);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} scenes, {Side}x{Side}, strength {plain.Strength}, "
            + $"guidance {plain.GuidanceScale}; mean error in levels (mean difference to ddim {StandardSteps}, p)"));
        Console.WriteLine($"| sampler | {string.Join(" | ", s_steps)} |\n| --- |{string.Concat(s_steps.Select(_ => " ---: |"))}");
        foreach (SchedulerKind kind in kinds)
        {
            var cells = new List<string>();
            foreach (int steps in s_steps)
            {
                double[] errors = kind == SchedulerKind.Ddim && steps == StandardSteps ? standard
                    : Errors(scenes, Edit(bundle, plain, scenes, kind, steps), reference);
                PairedTTest test = PairedTTest.Of([.. errors.Zip(standard, (e, s) => e - s)]);
                cells.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{errors.Average():0.00} ({test.MeanDifference:+0.00;-0.00;0.00}, {test.P:0.0e+0})"));
            }
            Console.WriteLine($"| {SchedulerNames.NameOf(kind)} | {string.Join(" | ", cells)} |");
        }
        return 0;
    }

    static float[][] Edit(ModelBundle bundle, EditOptions plain, HeldOutScene[] scenes, SchedulerKind kind, int steps)
    {
        using var editor = new DiffusionEditor(bundle, plain with { Scheduler = kind, InferenceSteps = steps });
        return [.. scenes.Select(s => HeldOutEdits.Edit(editor, s, s.Image))];
    }

    static double[] Errors(HeldOutScene[] scenes, float[][] made, float[][] reference) =>
        [.. scenes.Select((scene, i) => HeldOutEdits.Error(scene, made[i], reference[i]))];
}
