using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Metrics;
using static Alignment.MLNet.Reports.ReportWords;

namespace Alignment.MLNet.Reports;

/// <summary>Paragraphs for the methods section of a paper, of what this run really did: nothing is said that its records do not
/// say.</summary>
static class RunMethods
{
    /// <summary>Each paragraph, works named by their keys (<see cref="References"/>).</summary>
    public static IEnumerable<string> Paragraphs(RunRecords run)
    {
        string?[] all = [Material(run), Editing(run), Dose(run)];
        return all.OfType<string>();
    }

    static string? Material(RunRecords run)
    {
        JsonFacts options = run.Variants["options"];
        if (run.Set is not { } set || !options.Any) return null;
        string boost = Setting(options, "boost_alpha"), reduction = Setting(options, "reduction_alpha");
        return $"We made {NumberWords.Of(Variant.All.Count)} versions of each of "
            + $"{Count(set.VideoIds.Count, "video", "videos")} "
            + $"({Count(set.Scenes, "scene", "scenes")}) that differ in how much attention the advertised product gets, and "
            + $"when. "
            + $"Attention maps were {Origin(run)}. In every scene of a window (the first, middle or last third of a video's scenes) "
            + $"attention within the product's mask was multiplied by {boost} ({Listed(VariantStrength.Boost)}) or by {reduction} "
            + $"({Listed(VariantStrength.Reduction)}), "
            + (options["preserve_mass"].Flag == true ? "and the map rescaled so that its sum was kept. "
            : "and the map rescaled to its former sum and clipped to 0–1. ")
            + "As a placebo, a background region of the product's size and shape was multiplied instead, the product's attention "
            + "unchanged. The baseline was unchanged and went through the same editing, so that editing itself is not the treatment.";
    }

    static string Listed(VariantStrength strength)
    {
        Variant[] all = [.. Variant.All.Where(v => v.Strength == strength && v.Target == VariantTarget.Product)];
        string kind = strength.ToString().ToLowerInvariant();
        Variant[] plain = [.. all.Where(v => v.Window is { } w && v.Label == $"{TemporalWindows.Names[w]} {kind}")];
        string[] windows = [.. plain.Select(v => TemporalWindows.Names[v.Window!.Value])];
        string together = windows.Length < 2 ? string.Concat(windows) : $"{string.Join(", ", windows[..^1])} and {windows[^1]}";
        return string.Join("; ",
        [
            .. windows.Length > 0 ? [$"{together} {kind}"] : Array.Empty<string>(),
            .. all.Except(plain).Select(v => $"{v.Label}: {(v.Window is { } w ? $"the {TemporalWindows.Thirds[w]} third" : "all scenes")}"),
        ]);
    }

    static string Origin(RunRecords run) => run.AttentionOrigin switch
    {
        { Measured: > 0, Predicted: 0, Drawn: 0, Provided: 0 } => "measured from viewers' gaze",
        { Measured: 0, Predicted: > 0, Drawn: 0, Provided: 0 } o => $"predicted from the pictures, not measured{Predictors(o.By)}",
        { Measured: 0, Predicted: 0, Drawn: > 0, Provided: 0 } => "drawn for an imagined viewer; nobody looked",
        { Measured: 0, Predicted: 0, Drawn: 0, Provided: > 0 } => "supplied with the data, without a record of how they were made",
        var o => FormattableString.Invariant($"of mixed origin (scenes: {o.Measured} measured, {o.Predicted} predicted, ")
            + FormattableString.Invariant($"{o.Drawn} drawn, {o.Provided} of unknown making)"),
    };

    static string Predictors(IReadOnlyList<string> by)
    {
        string all = string.Join("; ", by);
        string cited = (all.Contains("spectral_residual", StringComparison.Ordinal) ? " [hou]" : "")
            + (all.Contains("fine_grained", StringComparison.Ordinal) ? " [montabone]" : "");
        return cited.Length == 0 ? "" : $" ({cited.Trim()})";
    }

    static string? Editing(RunRecords run)
    {
        JsonFacts edit = run.EditSettings, counts = run.Edit["counts"], quality = run.Edit["quality"];
        if (edit["scheduler"].Text is not { } scheduler) return null;
        bool guided = edit["guidance"].Number is { } g && g != 1, fromNoise = edit["from_noise"].Flag == true;
        string model = run.ModelSha256 is { Length: > 12 } hash && hash.All(char.IsAsciiLetterOrDigit) ? hash[..12] + "…" : "not recorded",
            untrained = run.Run["model"]["control_trained"].Flag == false ? "; its ControlNet was not trained" : "",
            edits = !counts.Any ? ""
                : $" ({N(counts["edits"].Count)} edits for {N(counts["outputs"].Count)} pictures)";
        string text = "Scenes were re-rendered with a latent diffusion model [ldm] under a ControlNet [controlnet] whose two control "
            + "channels are the product's mask and the attention map "
            + $"(model SHA-256 {model}{untrained}), "
            + $"sampled by {Sampler(scheduler)} with {Setting(edit, "steps")} steps at {Setting(edit, "size")} pixels, "
            + $"{(guided ? $"classifier-free guidance [cfg] of {Setting(edit, "guidance")}" : "without classifier-free guidance")}, "
            + $"control scale {Setting(edit, "control_scale")}. "
            + (fromNoise ? "Pictures began as pure noise. " : $"Each scene was encoded, noised to a strength of "
            + $"{Setting(edit, "strength")} and denoised [sdedit]; outside the product's region, feathered inwards by "
            + $"{Setting(edit, "region_feather")} pixels, every pixel of the source was kept. ")
            + $"All variants of a scene share its initial noise (seed {Setting(edit, "seed")}), so that differences between them come "
            + $"from the control alone; equal controls were edited once{edits}. ";
        if (quality["pictures"].Count > 0)
            text += $"Within the region, edits had a mean PSNR of {F(quality["mean_psnr_db"].Number)} dB and a mean SSIM "
                + $"[ssim] of {F(quality["mean_ssim"].Number)} to the source. ";
        string on = run.Run["onnx_runtime"].Text is { } ort ? $" on ONNX Runtime {Plain(ort)}" : "";
        return text + $"The work was done with {Plain(run.Run["tool"].Text ?? run.Edit["tool"].Text ?? "alignment")}{on}.";
    }

    static string? Dose(RunRecords run)
    {
        if (run.Dose is not { } dose) return null;
        string predictors = string.Join(", ", dose.Predictors.Select(p => Plain(p.Name)));
        bool clustered = dose.Variants.Any(v => v.Dose is { Method: MLNet.Dose.IntervalMethod.ByVideo }),
            agreed = dose.Variants.Any(v => v.Agreement is not null), tested = dose.Variants.Any(v => v.Placebo is { P: not null });
        return $"How far attention moved was predicted in the edited pictures by {predictors}{Predictors([predictors])}, not measured of "
            + $"viewers: the share of attention on the product in a variant's edit less that in the baseline's edit, scene by scene"
            + (clustered ? ", with intervals from errors clustered by video, small-sample corrected (CR2) [cr2]. " : ". ")
            + (agreed
            ? "Agreement of the predicted attention with the maps asked for is given as "
                + $"{SaliencyMetrics.List(m => m.Label)} [bylinskii]. " : "")
            + (tested ? $"Whether the placebo leaves the product's attention alone was tested by two one-sided tests [tost] against a "
            + $"margin of {F(100 * dose.Margin)} points of attention share. " : "")
            + dose.Lpips?.Published switch
            {
                true => "Perceptual distance is LPIPS [lpips].",
                false => "Perceptual distance is of the kind of LPIPS [lpips], from a small trunk of the model's own, and compares with no "
                    + "published value.",
                null => "",
            };
    }

    static string Sampler(string name) => name switch
    {
        "ddim" => "DDIM [ddim]",
        "ddpm" => "DDPM [ddpm]",
        "euler" => "Euler's method [karras]",
        "euler_karras" => "Euler's method with the noise levels of Karras et al. [karras]",
        "euler_a" => "ancestral Euler sampling [karras]",
        "dpmpp_2m" => "DPM-Solver++ (2M) [dpm]",
        "dpmpp_2m_karras" => "DPM-Solver++ (2M) [dpm] with the noise levels of Karras et al. [karras]",
        "unipc" => "UniPC [unipc]",
        "pndm" => "PNDM [pndm]",
        "lcm" => "latent consistency sampling [lcm]",
        "published" => "the sampler that the model was published with",
        _ => Plain(name),
    };

    static string Setting(JsonFacts of, string name) => of[name].Text is { } text ? Plain(text) : "(not recorded)";

    static string Plain(string text) => SafePath.Shorten(text, 100).Replace('[', '(').Replace(']', ')');
}
