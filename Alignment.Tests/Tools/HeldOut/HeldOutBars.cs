using Alignment.MLNet.Statistics;

namespace Alignment.Tests.Tools.HeldOut;

/// <summary>What a trained model must show.</summary>
static class HeldOutBars
{
    const double Significance = 0.01, MostPlacebo = 0.25, LeastPsnr = 22;

    public static IReadOnlyList<HeldOutBar> Of(HeldOutReport report)
    {
        var bars = new List<HeldOutBar>();
        foreach (HeldOutMeasure m in report.Measures)
        {
            Test(m, 0, above: true, "full_boost above baseline, p < 0.01");
            Test(m, 1, above: false, "reduction below baseline, p < 0.01");
            bars.Add(new(m.Predictor, "placebo's effect below a quarter of full_boost's", Text($"{m.PlaceboRatio:0.000} of it"),
                m.PlaceboRatio < MostPlacebo));
            Test(m, 5, above: true, "another scene's map loses full_boost's effect, p < 0.01");
            Test(m, 6, above: false, "another scene's map loses reduction's effect, p < 0.01");
        }
        HeldOutReconstruction r = report.Reconstruction;
        bars.Add(new("", Text($"reconstruction within the mask at strength {r.Strength:0.##}: mean PSNR of 22 dB or more"),
            Text($"{r.MeanPsnr:0.0} dB, worst {r.WorstPsnr:0.0}"), r.MeanPsnr >= LeastPsnr));
        bars.Add(new("", "background bit-identical", Text($"largest difference {report.BackgroundDifference}"),
            report.BackgroundDifference == 0));
        return bars;

        void Test(HeldOutMeasure m, int effect, bool above, string condition)
        {
            PairedTTest t = m.Effects[effect].Test;
            bars.Add(new(m.Predictor, condition, Text($"{t.MeanDifference:+0.00000;-0.00000;0.00000}, p = {t.P:0.0e+0}"),
                t.P < Significance && t.MeanDifference > 0 == above));
        }
    }

    static string Text(Phrase text) => text.ToString();
}
