using Alignment.MLNet.Dataset;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Audit;

/// <summary>What one scene's numbers mean.</summary>
static class SceneRules
{
    /// <summary>Reports what is wrong with a scene by itself.</summary>
    public static void Apply(SceneRecord scene, SceneFacts facts, AuditOptions options, Action<AuditFinding> report)
    {
        Sizes(scene, "mask", scene.KeywordMaskPath, facts.Mask, facts.Still, options, report);
        Sizes(scene, "heatmap", scene.AttentionHeatmapPath, facts.Heatmap, facts.Still, options, report);
        if (facts.Pixels is not { } pixels) return;
        bool product = Mask(scene, facts, pixels, options, report), attention = Heatmap(scene, facts, pixels, options, report);
        if (product && attention) Boost(scene, pixels, options, report);
        if (pixels.Spread < options.FlatLevels)
            report(new(AuditKind.FlatPicture, AuditSeverity.Note, scene.VideoId, scene.SceneNumber, scene.SceneImagePath, FormattableString.Invariant($"luminance that varies by {pixels.Spread:0.0} of 255 levels"),
                "a picture of something", "Check the cut: a black or plain frame often stands at a fade.")
            { Pictures = [Still(scene)] });
    }

    /// <summary>Reports a prediction that the same predictor would not make now.</summary>
    public static void OtherMethod(SceneRecord scene, HeatmapMethod maker, Action<AuditFinding> report) =>
        report(new(AuditKind.OtherMethod, AuditSeverity.Warning, scene.VideoId, scene.SceneNumber, scene.AttentionHeatmapPath, $"a heatmap predicted by {SafePath.Shorten(maker.By)} in {maker.MethodWords} of its method", maker.MethodNowWords,
            "Make the heatmaps again with `alignment attention --force`, and then what was made of them.")
        { Pictures = [Still(scene), new("heatmap", scene.AttentionHeatmapPath)] });

    static void Sizes(SceneRecord scene, string what, string path, PictureHeader map, PictureHeader still, AuditOptions options, Action<AuditFinding> report)
    {
        if ((map.Width, map.Height) == (still.Width, still.Height)) return;
        bool distorted = Math.Abs((double)map.Width * still.Height / ((double)map.Height * still.Width) - 1) > options.AspectTolerance;
        string found = FormattableString.Invariant($"a {what} of {map.Width}x{map.Height} beside a still of {still.Width}x{still.Height}");
        report(distorted
            ? new(AuditKind.AspectMismatch, AuditSeverity.Warning, scene.VideoId, scene.SceneNumber, path, found, "the same proportions", $"Make the {what} from this very still, or cut both alike.") { Pictures = [Still(scene), new(what, path)] }
            : new(AuditKind.SizeMismatch, AuditSeverity.Note, scene.VideoId, scene.SceneNumber, path, found, "the same size", "Nothing, if that is as sharp as it was measured.") { Pictures = [Still(scene), new(what, path)] });
    }

    /// <returns>True when there is a product to boost.</returns>
    static bool Mask(SceneRecord scene, SceneFacts facts, PixelFacts pixels, AuditOptions options, Action<AuditFinding> report)
    {
        AuditFinding Say(AuditKind kind, AuditSeverity severity, FormattableString found, string expected, string next) =>
            new(kind, severity, scene.VideoId, scene.SceneNumber, scene.KeywordMaskPath, FormattableString.Invariant(found), expected, next) { Pictures = [Still(scene), new("mask", scene.KeywordMaskPath)] };

        if (pixels.MaskColour >= options.ColourLevels)
            report(Say(AuditKind.ColouredMap, AuditSeverity.Warning, $"a mask in colour (channels differ by {pixels.MaskColour:0} levels on average)", "black and white", "Export the mask itself, not a picture of it."));
        if (pixels.ProductShare == 0 && pixels.MaskMost > 0 && !IsNoise(pixels.MaskMost, facts.Mask))
        {
            report(Say(AuditKind.DarkMask, AuditSeverity.Error, $"no value above {pixels.MaskMost * 255:0.#} of 255", FormattableString.Invariant($"product above {options.MaskThreshold * 255:0.#}"),
                "Multiply it (0 and 1 become 0 and 255), or make it black if the product is absent."));
            return false;
        }
        if (!pixels.HasProduct)
        {
            report(pixels.ProductShare > 0
                ? Say(AuditKind.TinyMask, AuditSeverity.Warning, $"a product of {pixels.ProductShare:0.#####%} of the picture, of which nothing is left at {options.Width}x{options.Height}", "a product that can be edited", "Check the mask; every variant leaves this scene as it is.")
                : Say(AuditKind.EmptyMask, AuditSeverity.Note, $"no product pixel", $"the product ('{SafePath.Shorten(scene.Keyword)}'), if it is in the picture", "Check that the product is really absent."));
            return false;
        }
        if (pixels.ProductShare >= options.FullMaskShare)
            report(Say(AuditKind.FullMask, AuditSeverity.Warning, $"product on {pixels.ProductShare:0.#%} of the picture", FormattableString.Invariant($"less than {options.FullMaskShare:0.#%}"), "Check the mask, also whether black and white are exchanged."));
        else if (pixels.ProductPixels < options.TinyMaskPixels)
            report(Say(AuditKind.TinyMask, AuditSeverity.Warning, $"{pixels.ProductPixels} product pixel(s) at {options.Width}x{options.Height}", FormattableString.Invariant($"{options.TinyMaskPixels} or more"), "Check the mask; an edit can hardly show here."));
        if (pixels.MaskBetween >= options.BetweenShare)
            report(Say(AuditKind.MaskNotBinary, pixels.MaskUndecided >= options.UndecidedShare ? AuditSeverity.Warning : AuditSeverity.Note,
                $"{pixels.MaskBetween:0.##%} of the pixels neither black nor white, {pixels.MaskUndecided:0.##%} between a quarter and three quarters{(facts.Mask.Format == PictureFormat.Jpeg ? ", in a JPEG" : "")}",
                "0 and 255 only", facts.Mask.Format == PictureFormat.Jpeg ? "Export the mask as PNG." : "Nothing, if the edge is meant to be soft; it is cut at the threshold."));
        return true;
    }

    /// <summary>A JPEG of a black picture may have levels of one or two.</summary>
    static bool IsNoise(float most, PictureHeader header) => header.Format == PictureFormat.Jpeg && most * 255 <= 2.5f;

    /// <returns>True when there is attention that means something.</returns>
    static bool Heatmap(SceneRecord scene, SceneFacts facts, PixelFacts pixels, AuditOptions options, Action<AuditFinding> report)
    {
        AuditFinding Say(AuditKind kind, AuditSeverity severity, FormattableString found, string expected, string next) =>
            new(kind, severity, scene.VideoId, scene.SceneNumber, scene.AttentionHeatmapPath, FormattableString.Invariant(found), expected, next) { Pictures = [Still(scene), new("heatmap", scene.AttentionHeatmapPath)] };

        if (pixels.HeatmapColour >= options.ColourLevels)
            report(Say(AuditKind.ColouredMap, AuditSeverity.Warning, $"a heatmap in colour (channels differ by {pixels.HeatmapColour:0} levels on average)", "grey: brightness is attention", "Export the density itself, not its picture in a colour map."));
        if (pixels.HeatmapMost == 0 || IsNoise(pixels.HeatmapMost, facts.Heatmap))
        {
            report(Say(AuditKind.BlankHeatmap, AuditSeverity.Error, $"zero everywhere", "attention somewhere", "Check how it was made; a scene that nobody looked at is best left out."));
            return false;
        }
        if ((pixels.HeatmapMost - pixels.HeatmapLeast) * 255 <= options.ConstantLevels)
        {
            report(Say(AuditKind.ConstantHeatmap, AuditSeverity.Error, $"values from {pixels.HeatmapLeast * 255:0.#} to {pixels.HeatmapMost * 255:0.#} of 255", FormattableString.Invariant($"more than {options.ConstantLevels} levels between them"),
                "Check how it was made: 0..1 stored in 8 bits without scaling looks like this."));
            return false;
        }
        if (pixels.HeatmapWhite >= options.SaturatedShare)
            report(Say(AuditKind.SaturatedHeatmap, AuditSeverity.Warning, $"{pixels.HeatmapWhite:0.#%} of the pixels at white", FormattableString.Invariant($"less than {options.SaturatedShare:0.#%}"), "Normalise by the maximum before rounding, or store 16 bits."));
        return true;
    }

    static void Boost(SceneRecord scene, PixelFacts pixels, AuditOptions options, Action<AuditFinding> report)
    {
        double before = pixels.Before.Share, moved = pixels.Boosted.Share - before, lost = 1 - pixels.Boosted.Total / pixels.Before.Total;
        AuditFinding Say(AuditKind kind, FormattableString found, FormattableString expected, string next) =>
            new(kind, AuditSeverity.Warning, scene.VideoId, scene.SceneNumber, scene.AttentionHeatmapPath, FormattableString.Invariant(found), FormattableString.Invariant(expected), next)
            { Pictures = [Still(scene), new("heatmap", scene.AttentionHeatmapPath, scene.KeywordMaskPath)] };

        if (lost >= options.MostClipped)
            report(Say(AuditKind.BoostSaturates, $"a boost of {options.BoostAlpha} that loses {lost:0.#%} of the attention to clipping and moves the share from {before:0.0%} to {pixels.Boosted.Share:0.0%}",
                $"less than {options.MostClipped:0.#%} lost", "Use --preserve-mass, or heatmaps that are not at white around the product."));
        if (Math.Abs(moved) < options.LeastShareMoved)
            report(Say(AuditKind.BoostHardlyMoves, $"{before:0.0%} of the attention on the product, {pixels.Boosted.Share:0.0%} after a boost of {options.BoostAlpha}", $"a change of {100 * options.LeastShareMoved:0.#} percentage point or more",
                before > 0.5 ? "Nothing more can be moved here; count on the other scenes." : "Check mask and heatmap; a boost multiplies, and there is next to nothing to multiply."));
    }

    static AuditPicture Still(SceneRecord scene) => new("still, product outlined", scene.SceneImagePath, scene.KeywordMaskPath);
}
