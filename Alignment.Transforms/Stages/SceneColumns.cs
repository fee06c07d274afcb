namespace Alignment.Transforms.Stages;

/// <summary>The columns of a scene row: what they hold, their ML.NET types and ranges. Every stage's default column names come from
/// here.</summary>
public static class SceneColumns
{
    /// <summary>text – the video's id; may contain dashes, dots, spaces, unicode.</summary>
    public const string VideoId = "video_id";

    /// <summary>int32 – the scene's number in the file names, from 1; may have gaps.</summary>
    public const string SceneNumber = "scene_number";

    /// <summary>text – the product, as the prompt names it.</summary>
    public const string Keyword = "keyword";

    /// <summary>text – full path of the scene still.</summary>
    public const string SceneImagePath = "scene_image_path";

    /// <summary>text – full path of the keyword mask.</summary>
    public const string KeywordMaskPath = "keyword_mask_path";

    /// <summary>text – full path of the attention heatmap.</summary>
    public const string AttentionHeatmapPath = "attention_heatmap_path";

    /// <summary>text – file name of the scene still.</summary>
    public const string Filename = "filename";

    /// <summary>int32 – pixels across of the still as its file has it; maps of the still's own size have it too.</summary>
    public const string StillWidth = "still_width";

    /// <summary>int32 – pixels down of the still as its file has it.</summary>
    public const string StillHeight = "still_height";

    /// <summary>float [3,H,W] in −1..1 – the scene still, RGB planes.</summary>
    public const string Image = "image";

    /// <summary>float [H,W] in 0..1 – the mask as read, before it is binarised.</summary>
    public const string MaskSoft = "mask_soft";

    /// <summary>float [H,W], 0 or 1 – M, the binary keyword mask.</summary>
    public const string Mask = "mask";

    /// <summary>double – how well CLIP finds that the keyword fits the whole still (mean of its logits); NaN where the model does not
    /// say.</summary>
    public const string MaskSimilarity = "mask_similarity";

    /// <summary>double vector of varying length – fixations on the still: x, y, weight of each; x and y in its pixels from the top left
    /// corner.</summary>
    public const string Fixations = "fixations";

    /// <summary>double – sigma along x of the Gaussian that fixations are spread by, in pixels of the still.</summary>
    public const string FixationSigmaX = "fixation_sigma_x";

    /// <summary>double – the same along y.</summary>
    public const string FixationSigmaY = "fixation_sigma_y";

    /// <summary>float [H,W] – the heatmap as read, 0..255 for 8-bit files (16-bit files scaled to the same range, fractions
    /// kept).</summary>
    public const string HeatmapRaw = "heatmap_raw";

    /// <summary>float [H,W] in 0..1 – A, viewers' attention.</summary>
    public const string Heatmap = "heatmap";

    /// <summary>float – mean(M ⊙ A), as the seed defines it.</summary>
    public const string AlignmentScore = "alignment_score";

    /// <summary>float – Σ(M ⊙ A) / Σ A; 0 where there is no attention at all.</summary>
    public const string AttentionShare = "attention_share";

    /// <summary>bool – whether the binary mask has a product pixel.</summary>
    public const string HasProduct = "has_product";

    /// <summary>double [4] – the scores before they are rounded to float: mean(M ⊙ A), Σ(M ⊙ A) / ΣA, Σ(M ⊙ A), ΣA.</summary>
    public const string AttentionScore = "attention_score";

    /// <summary>float – mean(M ⊙ A').</summary>
    public const string AlignmentScoreModified = "alignment_score_modified";

    /// <summary>float – Σ(M ⊙ A') / ΣA'.</summary>
    public const string AttentionShareModified = "attention_share_modified";

    /// <summary>double [4] – <see cref="AttentionScore"/> of A'.</summary>
    public const string AttentionScoreModified = "attention_score_modified";

    /// <summary>int32 – temporal window 0 (early), 1 (middle), 2 (late) by scene order within the video.</summary>
    public const string TemporalWindow = "temporal_window";

    /// <summary>text – the name of the variant that a row is about.</summary>
    public const string Variant = "variant";

    /// <summary>float [H,W] in 0..1 – A', the attention modified for a variant.</summary>
    public const string HeatmapModified = "heatmap_modified";

    /// <summary>text – SHA-256 of the control: equal controls, equal ids.</summary>
    public const string ControlId = "control_id";

    /// <summary>bool – whether a variant changes the scene's attention at all.</summary>
    public const string Modified = "modified";

    /// <summary>int64 – pixels of A' that were cut off at 1.</summary>
    public const string ClippedPixels = "clipped_pixels";

    /// <summary>int32 – where the placebo's region lies, columns right of the product.</summary>
    public const string PlaceboDx = "placebo_dx";

    /// <summary>int32 – rows below it.</summary>
    public const string PlaceboDy = "placebo_dy";

    /// <summary>double – the part of the product's area that the region has; NaN for other variants.</summary>
    public const string PlaceboCoverage = "placebo_coverage";

    /// <summary>double – the region's attention over the product's; NaN where there is none.</summary>
    public const string PlaceboAttentionRatio = "placebo_attention_ratio";

    /// <summary>double – the part of the placebo's change that the background could bear, 0..1; NaN for other variants.</summary>
    public const string PlaceboStrength = "placebo_strength";

    /// <summary>float [2,H,W] – the ControlNet's control: M, then A'.</summary>
    public const string Control = "control";

    /// <summary>float [3,H,W] in 0..1 – the edited scene at the edit's size.</summary>
    public const string Edited = "edited";

    /// <summary>double [2] – seconds that preparing and denoising an edit took.</summary>
    public const string EditSeconds = "edit_seconds";

    /// <summary>image – an edit's way from the scene to the result.</summary>
    public const string EditPreview = "edit_preview";

    /// <summary>image – the still as its file has it, 8-bit colour.</summary>
    public const string Still = "still";

    /// <summary>float vector of still_height · still_width values in 0..1 – the weight of the edit at each pixel of the still, 0 where it
    /// must not change.</summary>
    public const string Region = "region";

    /// <summary>int64 – pixels whose weight is above 0.</summary>
    public const string RegionPixels = "region_pixels";

    /// <summary>image – the still with the edit in it.</summary>
    public const string EditedImage = "edited_image";

    /// <summary>text vector – the file of A' of each variant, in the variants' order.</summary>
    public const string AttentionMapPaths = "attention_map_paths";

    /// <summary>float – Σ(M ⊙ A) / ΣA, A predicted of the picture before an edit; a prediction, as the next five.</summary>
    public const string PredictedShareBefore = "predicted_share_before";

    /// <summary>float – the same of the edited picture.</summary>
    public const string PredictedShareAfter = "predicted_share_after";

    /// <summary>float – after − before: the dose.</summary>
    public const string PredictedShareDifference = "predicted_share_difference";

    /// <summary>float – mean(M ⊙ A), A predicted of the picture before an edit.</summary>
    public const string PredictedAlignmentBefore = "predicted_alignment_before";

    /// <summary>float – the same of the edited picture.</summary>
    public const string PredictedAlignmentAfter = "predicted_alignment_after";

    /// <summary>float – after − before.</summary>
    public const string PredictedAlignmentDifference = "predicted_alignment_difference";

    /// <summary>double [3,2] – share and alignment score predicted of the picture before, of the baseline's edit (NaN where none is
    /// given) and of the edited picture, before they are rounded to float.</summary>
    public const string PredictedScores = "predicted_scores";

    /// <summary>float [H,W] in 0..1 – the attention predicted of the edited picture.</summary>
    public const string PredictedAttention = "predicted_attention";

    /// <summary>float [H,W] in 0..1 – the attention predicted of the baseline's edit.</summary>
    public const string PredictedAttentionBaseline = "predicted_attention_baseline";

    /// <summary>Before a metric's name: float – how well two maps agree by it; NaN where it does not exist.</summary>
    public const string AgreementPrefix = "agreement_";

    /// <summary>double vector – all metrics of two maps' agreement, before they are rounded to float.</summary>
    public const string Agreement = "agreement";

    /// <summary>text – full path of the edited picture.</summary>
    public const string EditedPath = "edited_path";

    /// <summary>text – full path of the picture that shows where an edit may change the still: red above 0.</summary>
    public const string RegionPath = "region_path";

    /// <summary>bool – whether two pictures have equal pixels.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>double – peak signal-to-noise ratio inside the region, dB; NaN for equal pixels.</summary>
    public const string Psnr = "psnr_db";

    /// <summary>double – structural similarity within the rectangle around the region, −1..1; NaN where none fits.</summary>
    public const string Ssim = "ssim";

    /// <summary>double – perceptual distance within the same rectangle, 0 for equal pictures; NaN where there is none.</summary>
    public const string Lpips = "lpips";

    /// <summary>double [3] – mean change of red, green and blue inside the region, in levels of 255.</summary>
    public const string ColourDrift = "colour_drift";

    /// <summary>int32 – largest difference of any value outside the region, in levels of 255.</summary>
    public const string LargestOutside = "largest_outside";
}
