using System.Globalization;
using System.Text.Json.Serialization;
using Alignment.MLNet.Dataset;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Diffusion.Schedulers;

namespace Alignment.MLNet.Editing;

/// <summary>Everything that decides one edited picture's bytes: the <c>recipe</c> of its record.</summary>
sealed record EditRecipe
{
    /// <summary>Moves when equal recipes would give other pictures than before (a corrected formula): older outputs are then made again.</summary>
    public int Format { get; init; } = 1;

    public required string VideoId { get; init; }

    public required string SceneId { get; init; }

    public required string Variant { get; init; }

    /// <summary>The first variant with the same control: whose edit this is.</summary>
    public required string EditOf { get; init; }

    public required string Prompt { get; init; }

    public required string ModelSha256 { get; init; }

    /// <summary>Of the still's file.</summary>
    public required string SourceSha256 { get; init; }

    /// <summary>Of the mask's file.</summary>
    public required string MaskSha256 { get; init; }

    /// <summary>Of the control's numbers.</summary>
    public required string ControlSha256 { get; init; }

    public required EditSettings Settings { get; init; }
}

/// <summary>The options of an edit as the record has them; not the batch, which changes no picture. The device is among them: variants edited on different ones would differ by more than their control.</summary>
sealed record EditSettings
{
    public required string Size { get; init; }

    public required int Steps { get; init; }

    public required float Guidance { get; init; }

    public required double Strength { get; init; }

    public required float ControlScale { get; init; }

    public required double ControlStart { get; init; }

    public required double ControlEnd { get; init; }

    public required int ControlEvery { get; init; }

    public required double GuidanceEnd { get; init; }

    public required ulong Seed { get; init; }

    public required string Scheduler { get; init; }

    public required float Eta { get; init; }

    public required string PromptTemplate { get; init; }

    /// <summary>Empty where there is no guidance, which alone reads it.</summary>
    public required string NegativePrompt { get; init; }

    /// <summary>Written only where it is so.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public required bool BlendLatents { get; init; }

    public required bool FromNoise { get; init; }

    public required float RegionDilation { get; init; }

    public required float RegionFeather { get; init; }

    public required string Device { get; init; }

    /// <summary>Null for float32, and then not written: records of before stay what they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Precision { get; init; }

    /// <summary>Null where the program decides, the default, and then not written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Packing { get; init; }

    public required int JpegQuality { get; init; }

    public static EditSettings Of(EditOptions edit, int jpegQuality) => new()
    {
        Size = string.Create(CultureInfo.InvariantCulture, $"{edit.Width}x{edit.Height}"),
        Steps = edit.UsedSteps,
        Guidance = edit.UsedGuidance,
        Strength = edit.UsedStrength,
        ControlScale = edit.ControlScale,
        ControlStart = edit.ControlStart,
        ControlEnd = edit.ControlEnd,
        ControlEvery = edit.ControlEvery,
        GuidanceEnd = edit.GuidanceEnd,
        Seed = edit.Seed,
        Scheduler = SchedulerKinds.NameOf(edit.Scheduler),
        Eta = edit.Eta,
        PromptTemplate = edit.PromptTemplate,
        NegativePrompt = edit.UsedGuidance > 1 ? edit.NegativePrompt : "",
        BlendLatents = edit.BlendLatents && !edit.FromNoise,
        FromNoise = edit.FromNoise,
        RegionDilation = edit.Region.Dilation,
        RegionFeather = edit.Region.Feather,
        Device = edit.Device.Kind.ToString(),
        Precision = edit.Precision,
        Packing = edit.Packing == Alignment.Transforms.Diffusion.Sampling.WeightPacking.Auto ? null : edit.Packing.ToString(),
        JpegQuality = jpegQuality,
    };
}

/// <summary>What is worth knowing of an edited picture.</summary>
sealed record EditFacts
{
    /// <summary>What the edit did to the picture; null where there was nothing to edit, and in records of older versions.</summary>
    public EditQuality? Quality { get; init; }

    /// <summary>Pixels that the edit may change.</summary>
    public long RegionPixels { get; init; }

    /// <summary>The mask is empty: the picture is the source itself, and no model was run.</summary>
    public bool NothingToEdit { get; init; }

    /// <summary>Where the heatmap comes from that the control was made of: a fact and no part of the recipe, for it decides no pixel.</summary>
    public HeatmapProvenance AttentionOrigin { get; init; } = HeatmapProvenance.Provided;
}

/// <summary>What decides the decoded still: its file.</summary>
sealed record SourceRecipe(int Format, string SourceSha256);

/// <summary>What decides the allowed region: the mask, the still's size (it has the still's), the options.</summary>
sealed record RegionRecipe(int Format, string SourceSha256, string MaskSha256, float Dilation, float Feather);

/// <summary>Size of a proof picture, and for the region its pixels.</summary>
sealed record ProofFacts(int Width, int Height, long? RegionPixels = null);
