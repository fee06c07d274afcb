using static Alignment.MLNet.Engagement.Contracts.Text;

namespace Alignment.MLNet.Dose;

/// <summary>
/// What was found, in plain sentences written in one place, so that console, JSON and report say the same. Shares are in points: 1 point is
/// a hundredth of all attention in the picture. Each sentence names the predictor and says that it is a prediction.
/// </summary>
static class DoseSentences
{
    // What every number of a report is.
    public static string Note(IEnumerable<string> predictors) =>
        $"Every share here is of predicted attention ({string.Join("; ", predictors)}): computed from the pictures, measured of no "
        + $"viewer. A predictor is not a viewer.";

    public static string Manipulation(VariantDose dose, ManipulationCheck check, DoseOptions options)
    {
        string over = $"over the {Count(check.Scenes, "scene")} it acted on";
        if (check.PartOfAsked is not { } part)
            return $"{Who(dose)}its maps ask for no change on the product {over}, so that there is nothing to check.";
        string asked = $"the maps ask for {Points(check.Asked)}", got = $"{asked}, of which {Percent(part.Value)}"
            + (part.Low is { } low && part.High is { } high ? $" ({Percent(options.Confidence)} CI {Percent(low)} to {Percent(high)})" : "")
            + " was got";
        string how = check.Verdict switch
        {
            DoseVerdict.Shown => $"the way it should; {got}",
            DoseVerdict.Contradicted => $"the WRONG way; {asked}",
            DoseVerdict.NotShown => $"which does not show that it moved at all; {got}",
            _ => $"from which nothing can be concluded; {asked}",
        };
        return $"{Who(dose)}the product's share moved by {WithInterval(check.Got, options)} against the baseline's edit {over}, {how}. "
            + $"{Count(check.RightWay, "scene")} of {N(check.Scenes)} moved the right way.{Basis(check.Got)}";
    }

    public static string Window(VariantDose dose, WindowCheck check, DoseOptions options)
    {
        if (check.Outside is not { } outside)
            return $"{Who(dose)}no scene lies outside its {check.Window} window, so that it cannot be told from a boost of all.";
        string inside = Who(dose) + (check.Inside is { } i
            ? $"inside the {check.Window} window the share moved by {WithInterval(i, options)} ({Count(i.Scenes, "scene")})"
            : $"the {check.Window} window has no scene with the product");
        if (check.OutsideIdentical == outside.Scenes)
            return $"{inside}; outside it {(outside.Scenes == 1 ? "the one picture is" : $"all {N(outside.Scenes)} pictures are")} "
                + $"byte for byte the baseline's, so that nothing moved there.";
        return $"{inside}; outside it by {WithInterval(outside, options)} ({Count(outside.Scenes, "scene")}, "
            + $"{N(check.OutsideIdentical)} of them the baseline's own picture, at most "
            + $"{Points(check.OutsideLargest, signed: false)}): " + check.Verdict switch
            {
                DoseVerdict.Shown => "within the margin, only the window's scenes moved.",
                DoseVerdict.Contradicted => "scenes OUTSIDE the window moved too, so that this is no test of when.",
                _ => "whether only the window's scenes moved is not shown.",
            };
    }

    /// <summary>The sentence on a placebo; <paramref name="boost"/> is what the full boost moved.</summary>
    public static string Placebo(VariantDose dose, PlaceboCheck check, double? boost)
    {
        string margin = $"±{Points(check.Margin, signed: false)}", p = check.P switch
        {
            null => "",
            < 0.0001 => ", TOST p < 0.0001",
            { } value => $", TOST p = {Text(value, "0.0000")}",
        };
        string interval = check.Low is { } low && check.High is { } high
            ? $" ({Percent(1 - 2 * check.Alpha)} interval {Number(low)} to {Number(high)})" : "";
        string found = check.Verdict switch
        {
            DoseVerdict.Shown => $"equivalent to the baseline within {margin}{p}",
            DoseVerdict.Contradicted => $"NOT equivalent: the difference is beyond {margin}{p}, so that this placebo treats the product",
            DoseVerdict.NotShown => $"equivalence within {margin} is not shown{p}; that does not show a difference either",
            _ => "too few scenes to test equivalence",
        };
        string of = boost is not { } b || b == 0 ? "" : check.PartOfBoost is { } part && Math.Abs(b) >= 0.0005
            ? $" It is {Percent(part)} of what the full boost did ({Points(b)})."
            : $" The full boost itself moved the share by {Points(b)}.";
        string wide = check.Wide ? " The margin is more than half of what the full boost moved, so that equivalence within it says little."
            : "";
        return $"{Who("Placebo", dose.Predictor)}the product's share differs from the baseline's edit by {Points(check.Difference.Value)}"
            + $"{interval}: {found}.{of}{wide}{Basis(check.Difference)}";
    }

    public static string Artifact(ArtifactCheck check, LpipsModel? lpips, DoseOptions options)
    {
        string who = Who("Editing alone (baseline's edit against the untouched still)", check.Predictor);
        if (check.Shift is not { } shift) return $"{who}no scene with the product was measured.";
        const string compare = "the product: compare variants with the baseline's edit, never with the original";
        string moved = shift.Method == IntervalMethod.None ? "of one scene, from which nothing can be concluded"
            : shift.Below ? $"so that editing itself takes attention from {compare}"
            : shift.Above ? $"so that editing itself draws attention to {compare}"
            : shift.Method == IntervalMethod.NoVariation ? "so that editing left it alone"
            : "which shows neither a shift by editing itself nor that there is none";
        string distance = lpips is { Published: true } ? $"LPIPS ({lpips.Trunk})"
            : $"perceptual distance by the bundle's own small trunk '{lpips?.Trunk}', which is not LPIPS as published,";
        string quality = string.Join(", ", new[]
        {
            check.PsnrDb is { } psnr ? $"PSNR {Text(psnr, "0.0")} dB (lowest {Text(check.PsnrDbLowest, "0.0")})" : null,
            check.Ssim is { } ssim ? $"SSIM {Text(ssim, "0.000")} (lowest {Text(check.SsimLowest, "0.000")})" : null,
            check.Lpips is { } l ? $"{distance} {Text(l, "0.0000")} (highest {Text(check.LpipsHighest, "0.0000")})" : null,
        }.OfType<string>());
        string background = check.BackgroundMaxDifference == 0 ? "outside it every pixel is the still's own"
            : $"OUTSIDE it pixels differ by up to {N(check.BackgroundMaxDifference)} levels, which must not be";
        string unchanged = check.Unchanged == 0 ? "" : $" {Count(check.Unchanged, "edit")} of {N(check.Scenes)} left the still as it was.";
        return $"{who}the product's share went from {Number(check.ShareUntouched, signed: false)} to "
            + $"{Points(check.ShareBaseline, signed: false)}, by {WithInterval(shift, options)}, {moved}. "
            + (quality.Length == 0 ? "No edited region could be compared" : $"Within the edited region {quality}")
            + $"; {background}.{unchanged}{Basis(shift)}";
    }

    // "Early boost, predicted by fine_grained: ".
    static string Who(VariantDose dose) => Who(Capitalize(dose.Variant.Replace('_', ' ')), dose.Predictor);

    static string Who(string what, string predictor) => $"{what}, predicted by {predictor}: ";

    // "+1.33 points (95 % CI +0.91 to +1.75)".
    static string WithInterval(DoseEstimate e, DoseOptions options) => e.Method switch
    {
        IntervalMethod.NoVariation => $"exactly {Points(e.Value)} in every scene",
        IntervalMethod.None => $"{Points(e.Value)} (no interval)",
        _ => $"{Points(e.Value)} ({Percent(options.Confidence)} CI {Number(e.Low!.Value)} to {Number(e.High!.Value)})",
    };

    // Where the interval comes from, where that limits what it says.
    static string Basis(DoseEstimate e) => e.Method switch
    {
        IntervalMethod.ScenesOfOneVideo => " One video only: the interval is over its scenes and says nothing of other videos.",
        IntervalMethod.ByVideo when e.Videos < DoseReportMaker.FewVideos =>
            $" Only {e.Videos} videos ({Text(e.Df, "0.#")} {(Text(e.Df, "0.#") == "1" ? "degree" : "degrees")} of freedom): the interval "
            + $"is as wide as so few allow.",
        IntervalMethod.None => " One scene allows no interval.",
        _ => "",
    };

    static string Points(double share, bool signed = true) =>
        $"{Number(share, signed)} {(Math.Abs(Math.Round(100 * share, 2)) == 1 ? "point" : "points")}";

    static string Number(double share, bool signed = true)
    {
        double points = Math.Round(100 * share, 2);
        return points == 0 ? "0.00" : Text(points, signed ? "+0.00;−0.00" : "0.00;−0.00");
    }

    static string Percent(double part) => Text(100 * part, "0.#;−0.#") + " %";

    static string Text(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    static string N(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    static string Count(long n, string what) => $"{N(n)} {what}{(n == 1 ? "" : "s")}";
}
