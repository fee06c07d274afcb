using Alignment.Transforms.Attention;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet;

/// <summary>The stages from files to the ControlNet's control. Default columns are those of
/// <see cref="Alignment.Transforms.Stages.SceneColumns"/>.</summary>
public sealed partial class AlignmentCatalog
{
    /// <summary>
    /// Loads stills (a path, or an image of ML.NET's LoadImages) and sizes them: <c>scene_image_path</c> → <c>image</c>,
    /// float [3,H,W] in −1..1, 512x512 unless the options say otherwise.
    /// </summary>
    public SizeImageEstimator SizeImage(SizeImageOptions? options = null) => new(options ?? new());

    /// <summary>Loads stills at their own size: <c>scene_image_path</c> → <c>still</c> (an image), <c>still_width</c>,
    /// <c>still_height</c>.</summary>
    public LoadStillEstimator LoadStill(LoadStillOptions? options = null) => new(options ?? new());

    /// <summary>
    /// Loads grey maps: by default heatmaps, <c>attention_heatmap_path</c> → <c>heatmap_raw</c>, float [H,W] in 0..255;
    /// with <see cref="LoadMapOptions.Mask"/> masks, <c>keyword_mask_path</c> → <c>mask_soft</c>, 0..1.
    /// </summary>
    public LoadMapEstimator LoadMap(LoadMapOptions? options = null) => new(options ?? new());

    /// <summary>Brings a map of its own size to one size: <c>mask_soft</c>, <c>still_width</c>, <c>still_height</c> → <c>mask_soft</c>,
    /// float [H,W].</summary>
    public SizeMapEstimator SizeMap(SizeMapOptions? options = null) => new(options ?? new());

    /// <summary>Turns a heatmap as read into attention: <c>heatmap_raw</c> → <c>heatmap</c> in 0..1; ÷255 by default.</summary>
    public NormalizeHeatmapEstimator NormalizeHeatmap(NormalizeHeatmapOptions? options = null) => new(options ?? new());

    /// <summary>Predicts attention from the still (<c>image</c>, or a path) → <c>heatmap</c> in 0..1: spectral residual, fine-grained
    /// saliency or an ONNX model. A prediction, not a measurement.</summary>
    public PredictAttentionEstimator PredictAttention(PredictAttentionOptions? options = null) => new(options ?? new());

    /// <summary>
    /// Draws viewers' fixations as a heatmap at the still's own size: <c>fixations</c> (x, y, weight of each), <c>still_width</c>,
    /// <c>still_height</c>,
    /// <c>fixation_sigma_x</c>, <c>fixation_sigma_y</c> → <c>heatmap</c> in 0..1, its maximum 1.
    /// </summary>
    public DrawFixationsEstimator DrawFixations(DrawFixationsOptions? options = null) => new(options ?? new());

    /// <summary>Makes the binary keyword mask: <c>mask_soft</c> → <c>mask</c>, 1 where strictly above the threshold (0.5), 0
    /// elsewhere.</summary>
    public BinarizeMaskEstimator BinarizeMask(BinarizeMaskOptions? options = null) => new(options ?? new());

    /// <summary>
    /// Finds the product by its name with the CLIPSeg of a bundle: <c>image</c> (or a path), <c>keyword</c> → <c>mask_soft</c> in 0..1 and
    /// <c>mask</c>, 0 or 1, at the image's size. The fitted transformer is disposable: it holds the models.
    /// </summary>
    public MaskKeywordEstimator MaskKeyword(MaskKeywordOptions options) => new(options);

    /// <summary>Scores the attention on the product: <c>mask</c>, <c>heatmap</c> → <c>alignment_score</c> = mean(M ⊙ A) and
    /// <c>attention_share</c> = Σ(M ⊙ A) / ΣA.</summary>
    public ScoreAlignmentEstimator ScoreAlignment(ScoreAlignmentOptions? options = null) => new(options ?? new());

    /// <summary>
    /// Measures the dose of an edit as a predictor sees it: <c>image</c> (or a path), <c>edited</c> (or a path), <c>mask</c> →
    /// <c>predicted_share_before</c>, <c>_after</c>, <c>_difference</c> and the same of the alignment score. A prediction, not a
    /// measurement of viewers.
    /// </summary>
    public MeasureDoseEstimator MeasureDose(MeasureDoseOptions? options = null) => new(options ?? new());

    /// <summary>Compares two pictures inside a region and outside it: <c>scene_image_path</c>, <c>edited_path</c>, <c>region_path</c> →
    /// <c>psnr_db</c>, <c>ssim</c>, <c>lpips</c>, <c>colour_drift</c>, <c>largest_outside</c>, <c>unchanged</c>.</summary>
    public ComparePicturesEstimator ComparePictures(ComparePicturesOptions? options = null) => new(options ?? new());

    /// <summary>Scores how well two maps agree: <c>heatmap</c>, <c>heatmap_modified</c> (the truth) → <c>agreement_cc</c>, <c>_sim</c>,
    /// <c>_kl</c>, <c>_nss</c>, <c>_auc_judd</c>.</summary>
    public ScoreAgreementEstimator ScoreAgreement(ScoreAgreementOptions? options = null) => new(options ?? new());

    /// <summary>
    /// Assigns scenes to thirds of their video: <c>video_id</c>, <c>scene_number</c> → <c>temporal_window</c> 0, 1, 2. Fit
    /// on all scenes; the model keeps them.
    /// </summary>
    public AssignTemporalWindowEstimator AssignTemporalWindow(AssignTemporalWindowOptions? options = null) => new(options ?? new());

    /// <summary>Each scene once for every variant: one row becomes several, with the variant's name in <c>variant</c>.</summary>
    public ExpandVariantsEstimator ExpandVariants(ExpandVariantsOptions? options = null) => new(options ?? new());

    /// <summary>Modifies attention as the variant of each row does: <c>heatmap</c>, <c>mask</c>, <c>temporal_window</c>, <c>variant</c> →
    /// <c>heatmap_modified</c>, <c>control_id</c> and what the placebo did.</summary>
    public ModifyAttentionEstimator ModifyAttention() => new(new());

    /// <summary>Modifies attention as a variant does: <c>heatmap</c>, <c>mask</c>, <c>temporal_window</c> →
    /// <c>heatmap_modified</c>.</summary>
    public ModifyAttentionEstimator ModifyAttention(ModifyAttentionOptions options) => new(options);

    /// <summary>Modifies attention as <paramref name="variant"/> does, with default strengths.</summary>
    public ModifyAttentionEstimator ModifyAttention(Variant variant) => new(new() { Variant = variant.Name });

    /// <summary>Stacks <c>mask</c> and <c>heatmap_modified</c> into the ControlNet's <c>control</c>, float [2,H,W].</summary>
    public BuildControlEstimator BuildControl(BuildControlOptions? options = null) => new(options ?? new());
}
