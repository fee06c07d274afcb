using Alignment.MLNet.Dataset;
using Alignment.MLNet.Dose;
using Alignment.MLNet.Editing;
using Alignment.MLNet.Engagement.Contracts;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.MLNet.Video;

namespace Alignment.MLNet.Reports;

/// <summary>What a run left in its folder, as far as it is there and can be read. Small records only: scenes are streamed where they are
/// shown.</summary>
sealed class RunRecords
{
    readonly List<string> _unreadable = [];

    public RunRecords(string folder)
    {
        Folder = new(folder);
        if (!Directory.Exists(Folder.Root)) throw BadDataException.For($"The run '{Folder.Root}'", "no such folder",
            "the output folder of a run", "Correct the path, or run 'alignment run' first.");
        Run = Try(() => JsonFacts.Read(Folder.RunJson)) ?? JsonFacts.None;
        Edit = Try(() => JsonFacts.Read(new EditedFolder(Folder.Root).ManifestPath)) ?? JsonFacts.None;
        Variants = Try(() => JsonFacts.Read(Path.Combine(Folder.Variants, VariantFiles.Manifest))) ?? JsonFacts.None;
        Set = Variants.Any ? Try(() => VariantSet.Open(Folder.Root)) : null;
        Validation = OutputRecord.FactsOf<ValidationResult>(Folder.ValidationRecord);
        if (Validation is { Counts: null } or { Problems: null }) Validation = null;
        Statistics = Try(ReadStatistics);
        Analysis = HasAnalysis ? Try(() => AnalysisJson.Read(Path.Combine(Folder.Analysis, AnalysisFiles.Json))) : null;
        Dose = HasDose ? Try(() => DoseReport.Read(DoseFolder)) : null;
        if (!Run.Any && !Edit.Any && !Variants.Any && Analysis is null && _unreadable.Count == 0)
            throw BadDataException.For($"The run '{Folder.Root}'", "nothing that a run leaves",
                "run.json, variants_v3, edited_scenes or analysis in it", "Name the output folder of a run.");
    }

    public RunFolder Folder { get; }
    public JsonFacts Run { get; }
    public JsonFacts Edit { get; }

    // variants_v3/manifest.json.
    public JsonFacts Variants { get; }

    public VariantSet? Set { get; }
    public ValidationResult? Validation { get; }
    public IReadOnlyDictionary<string, VariantStatistics>? Statistics { get; }
    public EngagementAnalysis? Analysis { get; }
    public DoseReport? Dose { get; }
    public string DoseFolder => Path.Combine(Folder.Root, MLNet.Dose.DoseFolder.Name);
    public bool HasDose => File.Exists(Path.Combine(DoseFolder, MLNet.Dose.DoseFolder.JsonFile));
    public IReadOnlyList<string> Unreadable => _unreadable;
    public JsonFacts EditSettings => Edit["settings"].Any ? Edit["settings"] : Run["options"]["edit"];

    public ProvenanceCounts AttentionOrigin => Set?.AttentionOrigin ?? Run["attention_origin"].As<ProvenanceCounts>()
        ?? Edit["attention_origin"].As<ProvenanceCounts>() ?? ProvenanceCounts.None;

    public bool HasAnalysis => File.Exists(Path.Combine(Folder.Analysis, AnalysisFiles.Json));
    public string? ModelSha256 => Run["model"]["sha256"].Text ?? Edit["model_sha256"].Text;

    public AssembledVideo? Video(string videoId, string variant) =>
        AssembleManifest.TryRead(SafePath.Under(Folder.Videos, $"{videoId}_{variant}.json")) is
        {
            File: not null, Scenes: not null,
            Durations: not null
        } note ? note : null;

    public IEnumerable<string> Inputs =>
        new[]
        {
            Folder.RunJson, Folder.ValidationRecord, new EditedFolder(Folder.Root).ManifestPath,
                Path.Combine(Folder.Edited, EditQualityTable.FileName), Path.Combine(Folder.Variants, VariantFiles.Manifest),
            Path.Combine(Folder.Variants, VariantFiles.Statistics), Path.Combine(Folder.Videos, AssembleManifest.FileName),
                Path.Combine(Folder.Analysis, AnalysisFiles.Json),
            Path.Combine(DoseFolder, MLNet.Dose.DoseFolder.JsonFile),
                Path.Combine(Folder.Root, SimulationTruth.Folder, SimulationTruth.FileName),
        };

    IReadOnlyDictionary<string, VariantStatistics>? ReadStatistics() =>
        Path.Combine(Folder.Variants, VariantFiles.Statistics) is var path && File.Exists(path) ? VariantFiles.ReadStatistics(path) : null;

    T? Try<T>(Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (BadDataException e)
        {
            _unreadable.Add(e.Message);
            return null;
        }
    }
}
