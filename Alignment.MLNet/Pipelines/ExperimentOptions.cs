using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Reports;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;
using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Pipelines;

/// <summary>How the whole job is done: the parts' own options, and what they share.</summary>
public sealed record ExperimentOptions
{
    /// <summary>Width of maps and edits in pixels; counts instead of the parts' own.</summary>
    public int Width { get; init; } = new EditOptions().Width;

    /// <inheritdoc cref="Width"/>
    public int Height { get; init; } = new EditOptions().Height;

    /// <summary>Pixels are decoded by default, so that a damaged picture is found here and not in the middle of the night.</summary>
    public ValidationOptions Validation { get; init; } = new() { Deep = true };

    /// <summary>Which videos, and how the variants are made.</summary>
    public VariantOptions Variants { get; init; } = new();

    /// <summary>How scenes are edited.</summary>
    public EditOptions Edit { get; init; } = new();

    /// <summary>Quality of the JPEGs beside the edited PNGs, 1..100.</summary>
    public int JpegQuality { get; init; } = PictureFile.DefaultJpegQuality;

    /// <summary>How scenes become videos. Its list of videos is not used: those of <see cref="Variants"/> are assembled.</summary>
    public AssembleOptions Assemble { get; init; } = new();

    /// <summary>Where source videos and scene lists are looked for before the data folder and the folder above it.</summary>
    public IReadOnlyList<string> SourceFolders { get; init; } = [];

    /// <summary>How the dose is measured; null: not at all. The LPIPS is the run's own bundle's.</summary>
    public DoseOptions? Dose { get; init; } = new();

    /// <summary>Engagement data to analyse, or null.</summary>
    public string? EngagementFile { get; init; }

    /// <summary>How engagement data is analysed.</summary>
    public AnalysisOptions Analysis { get; init; } = new();

    /// <summary>What the report at the end shows; null: no report.</summary>
    public ReportOptions? Report { get; init; } = new();

    // The parts' options with the shared size in them.
    internal ExperimentOptions Shared() => this with
    {
        Variants = Variants with { Width = Width, Height = Height },
        Edit = Edit with { Width = Width, Height = Height },
    };

    /// <summary>The same, checked.</summary>
    /// <exception cref="UsageException">A value is out of range.</exception>
    internal ExperimentOptions Checked()
    {
        ExperimentOptions shared = Shared();
        shared.Edit.Check();
        shared.Variants.Check();
        shared.Assemble.Check();
        shared.Dose?.Check();
        shared.Report?.Check();
        if (EngagementFile is not null && !File.Exists(EngagementFile))
            throw UsageException.For($"{OptionName.Of<ExperimentOptions>(nameof(EngagementFile))}",
                $"no file '{SafePath.Shorten(EngagementFile, 300)}'", "a CSV file", "Correct the path, or leave the option out.");
        if (SourceFolders.FirstOrDefault(f => !Directory.Exists(f)) is { } missing)
            throw UsageException.For($"{OptionName.Of<ExperimentOptions>(nameof(SourceFolders))}",
                $"no folder '{SafePath.Shorten(missing, 300)}'", "a folder with the source videos",
                "Correct the path, or leave the option out.");
        return shared;
    }
}
