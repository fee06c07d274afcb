namespace Alignment.MLNet.Audit;

// How much a finding matters.
enum AuditSeverity
{
    Error,

    Warning,

    Note,
}

/// <summary>What the audit can find.</summary>
public enum AuditKind
{
    MissingMask,
    MissingHeatmap,
    UnreadableFile,
    UnparsableName,
    MissingKeyword,
    EmptyKeyword,
    BadKeywordRow,
    DuplicateScene,
    UnusableVideoId,
    LinkOutside,
    SplitLeak,
    DarkMask,
    BlankHeatmap,
    ConstantHeatmap,
    CopiedHeatmap,
    ColouredMap,
    AbsentInWindow,
    FewScenes,
    AspectMismatch,
    SizeMismatch,
    MixedStillSizes,
    MissingSceneNumbers,
    MaskNotBinary,
    EmptyMask,
    FullMask,
    TinyMask,
    SaturatedHeatmap,
    OtherMethod,
    BoostHardlyMoves,
    BoostSaturates,
    DuplicatePicture,
    RepeatedPicture,
    FlatPicture,
    RepeatedKeyword,
    UnusedKeyword,
    Ignored,
}

// A finding: what is there, what should be there, what to do.
sealed record AuditFinding(AuditKind Kind, AuditSeverity Severity, string? VideoId, int? SceneNumber, string? File, string Found,
    string Expected, string Next)
{
    public string? Related { get; init; }
    internal IReadOnlyList<AuditPicture> Pictures { get; init; } = [];
}

// A picture beside a finding; the mask's outline, where there is one, is drawn over it.
sealed record AuditPicture(string Caption, string Path, string? Mask = null);

// Titles of the kinds, and why they matter.
static class AuditKinds
{
    public static string Title(AuditKind kind) => Of(kind).Title;

    public static string Why(AuditKind kind) => Of(kind).Why;

    static (string Title, string Why) Of(AuditKind kind) => kind switch
    {
        AuditKind.MissingMask => ("No keyword mask", "Scenes without a mask are left out."),
        AuditKind.MissingHeatmap => ("No heatmap", "Scenes without a heatmap are left out."),
        AuditKind.UnreadableFile => ("Files that cannot be read", "A scene with a damaged or foreign file is left out."),
        AuditKind.UnparsableName => ("File names without a scene number", "Such stills are left out."),
        AuditKind.MissingKeyword => ("Videos without a keyword",
            "Without a keyword there is no product and no prompt; the video is left out."),
        AuditKind.EmptyKeyword => ("Empty keywords", "The row names a video but no product."),
        AuditKind.BadKeywordRow => ("Keyword rows that cannot be used", "They are passed over."),
        AuditKind.DuplicateScene => ("Scene numbers taken twice", "Only the first still of a number is used."),
        AuditKind.UnusableVideoId => ("Folder names that cannot be ids", "These videos are left out."),
        AuditKind.LinkOutside => ("Links that lead out of the data folder", "They are not followed."),
        AuditKind.SplitLeak => ("The same picture in training and validation", "The validation loss would reward remembering. Computed "
            + "with the trainer's default split (by video, its default share and seed)."),
        AuditKind.DarkMask => ("Masks that read as empty but are not",
            "Every pixel is at or below the threshold; often a mask stored as 0 and 1 instead of 0 and 255."),
        AuditKind.BlankHeatmap => ("Blank heatmaps", "There is no attention to move: every variant leaves these scenes as they are."),
        AuditKind.ConstantHeatmap => ("Constant heatmaps",
            "Attention is the same everywhere, which no viewer's is. Usually a failed export."),
        AuditKind.CopiedHeatmap => ("Heatmaps that are copies of each other",
            "Viewers do not look alike at different pictures; one of the files is probably the wrong one."),
        AuditKind.ColouredMap => ("Coloured masks or heatmaps",
            "Colours are turned to grey, and the brightness of a colour map is not attention."),
        AuditKind.AbsentInWindow => ("Product absent in a whole window",
            "That window's boost (and a reduction in the middle) changes nothing there: the variant equals the baseline for this video."),
        AuditKind.FewScenes => ("Videos too short for three windows",
            "With fewer than three scenes at least one of early, middle and late is empty."),
        AuditKind.AspectMismatch => ("Shapes that disagree",
            "The map is stretched to the still's shape, so it no longer lies where it was measured."),
        AuditKind.SizeMismatch => ("Sizes that disagree", "Same shape, other size: the map is scaled, which costs sharpness only."),
        AuditKind.MixedStillSizes => ("Stills of several sizes in one video",
            "Scenes of one video are usually cut from one file; another size hints at a mix-up."),
        AuditKind.MissingSceneNumbers => ("Missing scene numbers", "Windows go by order, so lost scenes shift early, middle and late."),
        AuditKind.MaskNotBinary => ("Masks that are not binary",
            "Grey pixels are cut at the threshold. JPEG leaves fringes at edges; store masks as PNG with 0 and 255."),
        AuditKind.EmptyMask => ("Empty masks",
            "The product is absent; every variant leaves these scenes as they are. Right where it is true."),
        AuditKind.FullMask => ("Full masks", "Nearly everything is product: nobody can pay for a boost, and the placebo has no place."),
        AuditKind.TinyMask => ("Tiny products", "Smaller than one cell of the latent picture the model edits."),
        AuditKind.SaturatedHeatmap => ("Saturated heatmaps",
            "Peaks are cut off at white: differences between them are lost, and a boost clips there."),
        AuditKind.OtherMethod => ("Heatmaps predicted by another version of the method",
            "The same predictor gives other maps now; a data set with both compares methods, not scenes."),
        AuditKind.BoostHardlyMoves => ("Scenes a boost can hardly move",
            "Nearly none, or nearly all, of the attention is on the product already."),
        AuditKind.BoostSaturates => ("Scenes where a boost clips",
            "Pixels reach 1 and what is above is lost, so less is moved than asked for. --preserve-mass keeps the total."),
        AuditKind.DuplicatePicture => ("The same picture in several videos",
            "Viewers of one video have seen part of the other, and the scenes are not independent."),
        AuditKind.RepeatedPicture => ("The same file twice in one video", "Two scenes have the very same pixels."),
        AuditKind.FlatPicture => ("Stills without content", "A black or plain frame; it was not compared with others."),
        AuditKind.RepeatedKeyword => ("Videos named twice in keywords.csv", "The first row counts."),
        AuditKind.UnusedKeyword => ("Keywords for videos that are not there", "Often a spelling that differs from the folder's name."),
        _ => ("Files passed over", "They are no scene stills."),
    };
}
