using Alignment.MLNet.Dataset;
using Alignment.Transforms.Images;
using static System.FormattableString;

namespace Alignment.MLNet.Audit;

// What one scene's numbers mean.
sealed class SceneRules(SceneRecord scene, AuditOptions options, Action<AuditFinding> report)
{
    const AuditSeverity Error = AuditSeverity.Error, Warning = AuditSeverity.Warning, Note = AuditSeverity.Note;

    readonly AuditPicture _still = new("still, product outlined", scene.SceneImagePath, scene.KeywordMaskPath),
        _mask = new("mask", scene.KeywordMaskPath), _heatmap = new("heatmap", scene.AttentionHeatmapPath);

    public void Apply(SceneFacts facts)
    {
        Sizes(_mask, facts.Mask, facts.Still);
        Sizes(_heatmap, facts.Heatmap, facts.Still);
        if (facts.Pixels is not { } pixels) return;
        bool product = Mask(facts.Mask, pixels), attention = Heatmap(facts.Heatmap, pixels);
        if (product && attention) Boost(pixels);
        if (pixels.Spread < options.FlatLevels)
            Say(AuditKind.FlatPicture, Note, null, Invariant($"luminance that varies by {pixels.Spread:0.0} of 255 levels"),
                "a picture of something", "Check the cut: a black or plain frame often stands at a fade.");
    }

    public void OtherMethod(HeatmapMethod maker) =>
        Say(AuditKind.OtherMethod, Warning, _heatmap,
            $"a heatmap predicted by {SafePath.Shorten(maker.By)} in {maker.MethodWords} of its method", maker.MethodNowWords,
            "Make the heatmaps again with `alignment attention --force`, and then what was made of them.");

    void Say(AuditKind kind, AuditSeverity severity, AuditPicture? map, string found, string expected, string next) =>
        report(new(kind, severity, scene.VideoId, scene.SceneNumber, (map ?? _still).Path, found, expected, next)
        {
            Pictures = map is null ? [_still] : [_still, map],
        });

    void Sizes(AuditPicture map, PictureHeader size, PictureHeader still)
    {
        if ((size.Width, size.Height) == (still.Width, still.Height)) return;
        string what = map.Caption,
            found = Invariant($"a {what} of {size.Width}x{size.Height} beside a still of {still.Width}x{still.Height}");
        if (Math.Abs((double)size.Width * still.Height / ((double)size.Height * still.Width) - 1) > options.AspectTolerance)
            Say(AuditKind.AspectMismatch, Warning, map, found, "the same proportions",
                $"Make the {what} from this very still, or cut both alike.");
        else Say(AuditKind.SizeMismatch, Note, map, found, "the same size", "Nothing, if that is as sharp as it was measured.");
    }

    bool Mask(PictureHeader file, PixelFacts pixels)
    {
        bool jpeg = file.Format == PictureFormat.Jpeg;
        Coloured(_mask, pixels.MaskColour, "black and white", "Export the mask itself, not a picture of it.");
        if (pixels.ProductShare == 0 && pixels.MaskMost > 0 && !IsNoise(pixels.MaskMost, file))
        {
            Say(AuditKind.DarkMask, Error, _mask, Invariant($"no value above {pixels.MaskMost * 255:0.#} of 255"),
                Invariant($"product above {options.MaskThreshold * 255:0.#}"),
                "Multiply it (0 and 1 become 0 and 255), or make it black if the product is absent.");
            return false;
        }
        if (!pixels.HasProduct)
        {
            if (pixels.ProductShare > 0)
                Say(AuditKind.TinyMask, Warning, _mask, Invariant($"a product of {pixels.ProductShare:0.#####%} of the picture, ")
                    + Invariant($"of which nothing is left at {options.Width}x{options.Height}"), "a product that can be edited",
                    "Check the mask; every variant leaves this scene as it is.");
            else Say(AuditKind.EmptyMask, Note, _mask, "no product pixel",
                $"the product ('{SafePath.Shorten(scene.Keyword)}'), if it is in the picture", "Check that the product is really absent.");
            return false;
        }
        if (pixels.ProductShare >= options.FullMaskShare)
            Say(AuditKind.FullMask, Warning, _mask, Invariant($"product on {pixels.ProductShare:0.#%} of the picture"),
                Invariant($"less than {options.FullMaskShare:0.#%}"), "Check the mask, also whether black and white are exchanged.");
        else if (pixels.ProductPixels < options.TinyMaskPixels)
            Say(AuditKind.TinyMask, Warning, _mask,
                Invariant($"{pixels.ProductPixels} product pixel(s) at {options.Width}x{options.Height}"),
                Invariant($"{options.TinyMaskPixels} or more"), "Check the mask; an edit can hardly show here.");
        if (pixels.MaskBetween >= options.BetweenShare)
            Say(AuditKind.MaskNotBinary, pixels.MaskUndecided >= options.UndecidedShare ? Warning : Note, _mask,
                Invariant($"{pixels.MaskBetween:0.##%} of the pixels neither black nor white, ")
                + Invariant($"{pixels.MaskUndecided:0.##%} between a quarter and three quarters{(jpeg ? ", in a JPEG" : "")}"),
                "0 and 255 only",
                jpeg ? "Export the mask as PNG." : "Nothing, if the edge is meant to be soft; it is cut at the threshold.");
        return true;
    }

    void Coloured(AuditPicture map, double levels, string expected, string next)
    {
        if (levels >= options.ColourLevels)
            Say(AuditKind.ColouredMap, Warning, map,
                Invariant($"a {map.Caption} in colour (channels differ by {levels:0} levels on average)"), expected, next);
    }

    static bool IsNoise(float most, PictureHeader header) => header.Format == PictureFormat.Jpeg && most * 255 <= 2.5f;

    bool Heatmap(PictureHeader file, PixelFacts pixels)
    {
        Coloured(_heatmap, pixels.HeatmapColour, "grey: brightness is attention",
            "Export the density itself, not its picture in a colour map.");
        if (pixels.HeatmapMost == 0 || IsNoise(pixels.HeatmapMost, file))
        {
            Say(AuditKind.BlankHeatmap, Error, _heatmap, "zero everywhere", "attention somewhere",
                "Check how it was made; a scene that nobody looked at is best left out.");
            return false;
        }
        if ((pixels.HeatmapMost - pixels.HeatmapLeast) * 255 <= options.ConstantLevels)
        {
            Say(AuditKind.ConstantHeatmap, Error, _heatmap,
                Invariant($"values from {pixels.HeatmapLeast * 255:0.#} to {pixels.HeatmapMost * 255:0.#} of 255"),
                Invariant($"more than {options.ConstantLevels} levels between them"),
                "Check how it was made: 0..1 stored in 8 bits without scaling looks like this.");
            return false;
        }
        if (pixels.HeatmapWhite >= options.SaturatedShare)
            Say(AuditKind.SaturatedHeatmap, Warning, _heatmap, Invariant($"{pixels.HeatmapWhite:0.#%} of the pixels at white"),
                Invariant($"less than {options.SaturatedShare:0.#%}"), "Normalise by the maximum before rounding, or store 16 bits.");
        return true;
    }

    void Boost(PixelFacts pixels)
    {
        AuditPicture outlined = _heatmap with { Mask = scene.KeywordMaskPath };
        double before = pixels.Before.Share, after = pixels.Boosted.Share, lost = 1 - pixels.Boosted.Total / pixels.Before.Total;
        if (lost >= options.MostClipped)
            Say(AuditKind.BoostSaturates, Warning, outlined,
                Invariant($"a boost of {options.BoostAlpha} that loses {lost:0.#%} of the attention to clipping ")
                + Invariant($"and moves the share from {before:0.0%} to {after:0.0%}"),
                Invariant($"less than {options.MostClipped:0.#%} lost"),
                "Use --preserve-mass, or heatmaps that are not at white around the product.");
        if (Math.Abs(after - before) < options.LeastShareMoved)
            Say(AuditKind.BoostHardlyMoves, Warning, outlined, Invariant($"{before:0.0%} of the attention on the product, ")
                + Invariant($"{after:0.0%} after a boost of {options.BoostAlpha}"),
                Invariant($"a change of {100 * options.LeastShareMoved:0.#} percentage point or more"), before > 0.5
                ? "Nothing more can be moved here; count on the other scenes."
                : "Check mask and heatmap; a boost multiplies, and there is next to nothing to multiply.");
    }
}
