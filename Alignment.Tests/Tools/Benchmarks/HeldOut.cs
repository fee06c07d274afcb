using System.Globalization;
using Alignment.Onnx.Bundles;
using Alignment.Tests.Tools.HeldOut;

namespace Alignment.Tests.Tools.Benchmarks;

/// <summary>The held-out table of a bundle: see docs/held-out.md.</summary>
static class HeldOut
{
    public const string Switch = "held-out";

    /// <returns>0 where every bar is met, else 1.</returns>
    public static int Run(string[] args)
    {
        if (args.Length < 2) throw UsageException.For("The held-out switch", $"{args.Length} arguments",
            "BUNDLE OUT [scenes] [seeds] [size] [strength] [guidance] [steps] [scene-seed]", "Name a bundle and a folder for the results.");
        double At(int i, double otherwise) => args.Length > i ? double.Parse(args[i], CultureInfo.InvariantCulture) : otherwise;
        // "-" leaves strength and guidance to the model.
        double? Own(int i) => args.Length > i && args[i] != "-" ? At(i, 0) : null;
        var plain = new HeldOutOptions();
        int size = (int)At(4, plain.Edit.Width);
        HeldOutOptions options = plain with
        {
            Scenes = (int)At(2, plain.Scenes),
            Seeds = (int)At(3, plain.Seeds),
            SceneSeed = (ulong)At(8, plain.SceneSeed),
            Edit = plain.Edit with
            {
                Width = size,
                Height = size,
                Strength = Own(5),
                GuidanceScale = (float?)Own(6),
                InferenceSteps = (int)At(7, plain.Edit.EffectiveSteps)
            },
        };
        HeldOutReport report = HeldOutExperiment.Run(ModelBundle.Open(args[0]), options, new Lines());
        HeldOutFiles.Write(report, args[1]);
        Console.WriteLine(HeldOutFiles.Markdown(report));
        return report.Bars.All(b => b.Met) ? 0 : 1;
    }

    /// <summary>A line every ten scenes, in order (a <see cref="Progress{T}"/> would print from the pool).</summary>
    sealed class Lines : IProgress<WorkProgress>
    {
        public void Report(WorkProgress value)
        {
            if (value.Done % 10 == 0 || value.Done == value.Total)
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.Stage}: {value.Done} of {value.Total}"));
        }
    }
}
