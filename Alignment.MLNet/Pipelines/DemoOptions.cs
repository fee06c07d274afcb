using Alignment.MLNet.Synthetic;

namespace Alignment.MLNet.Pipelines;

/// <summary>What the demo draws and how it edits; the defaults end in about a minute on two cores.</summary>
public sealed record DemoOptions
{
    /// <summary>How many ads, each with another product; 1 to 12.</summary>
    public int Ads { get; init; } = 3;

    /// <summary>Decides what is drawn and the edits' noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the ads look like; their ids, products and colours are the demo's own.</summary>
    public AdDrawingOptions Drawing { get; init; } = new();

    /// <summary>A model bundle; null: the tiny one that comes with the program.</summary>
    public string? Model { get; init; }

    /// <summary>Simulated rows of each video in each variant, in the study at the end; 0: no study.</summary>
    public int StudyRows { get; init; } = 120;

    /// <summary>How the ads are then treated; the seed above counts instead of those in it. Maps and edits have the ads' own
    /// proportions.</summary>
    public ExperimentOptions Run { get; init; } = new()
    {
        Width = 128,
        Height = 72,
        Edit = new() { InferenceSteps = 20, Batch = 2 },
        Assemble = new() { Smoothing = "on" },
    };
}

/// <summary>Where everything of a demo is.</summary>
/// <param name="DataFolder">The drawn data set: stills, masks, heatmaps, videos, truth.</param>
/// <param name="Ads">The drawn videos.</param>
/// <param name="Run">What became of them, the report at the end included.</param>
/// <param name="SimulatedStudy">The folder of the simulated study's data, plan and truth; null where none was wanted.</param>
public sealed record DemoResult(string DataFolder, IReadOnlyList<string> Ads, ExperimentResult Run, string? SimulatedStudy) : IJobResult
{
    bool IJobResult.HasFailures => Run.HasFailures;
}
