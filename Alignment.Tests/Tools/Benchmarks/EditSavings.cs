using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;
using Microsoft.ML.OnnxRuntime;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>
/// What each way of doing less saves, and what it costs: seconds an edit against the plain one, in turns, and the difference to its picture
/// within the mask, on held-out drawn scenes under the boost's control with guidance.
/// </summary>
static class EditSavings
{
    public const string Switch = "edit-savings";

    /// <summary>With guidance, so that there is some to leave out.</summary>
    static readonly EditOptions s_plain = new() { GuidanceScale = 7.5f, Strength = 0.6 };

    static readonly (string What, Func<EditOptions, EditOptions> Change)[] s_ways =
    [
        ("plain: dpmpp_2m_karras, 15 steps", o => o),
        ("ddim, 50 steps", o => o with { Scheduler = SchedulerKind.Ddim, InferenceSteps = 50 }),
        ("--control-every 2", o => o with { ControlInterval = 2 }),
        ("--control-every 3", o => o with { ControlInterval = 3 }),
        ("--control-end 0.7", o => o with { ControlGuidanceEnd = 0.7 }),
        ("--control-start 0.3", o => o with { ControlGuidanceStart = 0.3 }),
        ("--guidance-end 0.8", o => o with { GuidanceEnd = 0.8 }),
        ("--guidance-end 0.5", o => o with { GuidanceEnd = 0.5 }),
        ("--guidance 1", o => o with { GuidanceScale = 1 }),
    ];

    public static int Run(string[] args)
    {
        ModelBundle bundle = ModelBundle.Open(args.Length > 0 ? args[0] : Path.Combine(Shared.Repository, "onnx", "bundles", "tiny"));
        int side = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 128,
            count = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 12;
        HeldOutScene[] scenes = HeldOutEdits.Scenes(count, side);
        DiffusionEditor[] editors = [.. s_ways.Select(w => new DiffusionEditor(bundle,
            w.Change(s_plain with { Width = side, Height = side })))];
        double[][] seconds = [.. s_ways.Select(_ => new double[count])], errors = [.. s_ways.Select(_ => new double[count])];
        for (int s = -1; s < count; s++)   // one scene more, first, to warm up
        {
            float[]? plain = null;
            for (int way = 0; way < s_ways.Length; way++)
            {
                HeldOutScene scene = scenes[Math.Max(s, 0)];
                float[] picture = [];
                double took = Timing.Seconds(() => picture = Edit(editors[way], scene, s));
                plain ??= picture;
                if (s >= 0) (seconds[way][s], errors[way][s]) = (took, HeldOutEdits.Error(scene, picture, plain));
            }
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count} scenes of {side}x{side}, strength {s_plain.Strength}, guidance {s_plain.GuidanceScale}; medians"));
        Console.WriteLine("| way | ms an edit | of plain | root mean squared difference to plain, levels |\n| --- | ---: | ---: | ---: |");
        for (int way = 0; way < s_ways.Length; way++)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {s_ways[way].What} | "
                + $"{Timing.Median(seconds[way]) * 1000:f0} | {Timing.Median(seconds[way]) / Timing.Median(seconds[0]):f2} | "
                + $"{Timing.Median(errors[way]):f2} |"));
        Hint(editors[0]);
        Array.ForEach(editors, e => e.Dispose());
        return 0;
    }

    static float[] Edit(DiffusionEditor editor, HeldOutScene scene, int round)
    {
        float[] image = [.. scene.Image.ToArray()];
        image[0] += round * 1e-6f;   // another picture, so that its latents are computed again
        return HeldOutEdits.Edit(editor, scene, image);
    }

    /// <summary>What of a step the control's own features would take.</summary>
    static void Hint(DiffusionEditor editor)
    {
        if (editor.Sessions.Hint is not { } session) return;
        DenoisingNetworks networks = editor.Loop(pictures: 1, editor.StartStep).Networks(guided: true);
        using var control = new OrtTensor(Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, 2, editor.Shape.ControlChannels,
            editor.Shape.Height, editor.Shape.Width);
        using var options = new RunOptions();
        double[] medians = Timing.Medians(15, () => networks.Run(evaluate: true, active: true),
            () => session.Run(options, ["controlnet_cond"], [control.Value], session.OutputNames).Dispose());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a step {medians[0] * 1000:f1} ms; the control's features, once "
            + $"an edit instead of in each step, {medians[1] * 1000:f2} ms: {medians[1] / (medians[0] + medians[1]):p1} of a step saved"));
    }
}
