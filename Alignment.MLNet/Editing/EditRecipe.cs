using Alignment.MLNet.Dataset;
using Alignment.Transforms.Diffusion.Sampling;

namespace Alignment.MLNet.Editing;

/// <summary>Everything that decides one edited picture's bytes: the <c>recipe</c> of its record.</summary>
sealed record EditRecipe
{
    /// <summary>Moves when equal recipes would give other pictures than before (a corrected formula): older outputs are then made
    /// again.</summary>
    public int Format { get; init; } = 1;

    public required string VideoId { get; init; }

    public required string SceneId { get; init; }

    public required string Variant { get; init; }

    // The first variant with the same control: whose edit this is.
    public required string EditOf { get; init; }

    public required string Prompt { get; init; }

    public required string ModelSha256 { get; init; }

    // Of the still's file.
    public required string SourceSha256 { get; init; }

    // Of the mask's file.
    public required string MaskSha256 { get; init; }

    // Of the control's numbers.
    public required string ControlSha256 { get; init; }

    public required EditSettings Settings { get; init; }
}

/// <summary>The options of an edit as the record has them: <see cref="EditOptions.RecordFields"/>, then the quality of the JPEG.</summary>
sealed class EditSettings : Dictionary<string, object>
{
    public required int JpegQuality { get; init; }

    public static EditSettings Of(EditOptions edit, int jpegQuality)
    {
        var settings = new EditSettings { JpegQuality = jpegQuality };
        foreach ((string name, object? value) in edit.RecordFields())
            if (value is not null) settings.Add(name, value);
        settings.Add("jpeg_quality", jpegQuality);
        return settings;
    }
}

// What is worth knowing of an edited picture.
sealed record EditFacts
{
    // What the edit did to the picture; null where there was nothing to edit, and in records of older versions.
    public EditQuality? Quality { get; init; }

    // Pixels that the edit may change.
    public long RegionPixels { get; init; }

    // The mask is empty: the picture is the source itself, and no model was run.
    public bool NothingToEdit { get; init; }

    /// <summary>Where the heatmap comes from that the control was made of: a fact and no part of the recipe, for it decides no
    /// pixel.</summary>
    public HeatmapProvenance AttentionOrigin { get; init; } = HeatmapProvenance.Provided;
}

// What decides the decoded still: its file.
sealed record SourceRecipe(int Format, string SourceSha256);

// What decides the allowed region: the mask, the still's size (it has the still's), the options.
sealed record RegionRecipe(int Format, string SourceSha256, string MaskSha256, float Dilation, float Feather);

// Size of a proof picture, and for the region its pixels.
sealed record ProofFacts(int Width, int Height, long? RegionPixels = null);
