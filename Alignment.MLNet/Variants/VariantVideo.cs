using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.MLNet.Variants;

/// <summary>Makes the variants of one video, scene by scene.</summary>
/// <param name="root">Of the set.</param>
/// <param name="videoId">The video.</param>
/// <param name="scenes">Its scenes in order.</param>
/// <param name="options">How.</param>
/// <param name="pipeline">From scenes to rows of scene × variant; null: <see cref="VariantPipeline"/>, fitted on the video.</param>
/// <param name="cancellationToken">Stops between rows.</param>
sealed class VariantVideo(string root, string videoId, IReadOnlyList<SceneRecord> scenes, VariantOptions options,
    Func<IDataView, IDataView>? pipeline, CancellationToken cancellationToken)
{
    readonly string _folder = VariantFiles.Video(root, videoId);

    // Returns the manifest that stands on disk if it says that everything is as it would be made now.
    public VideoManifest? Finished(out string key, out IReadOnlyList<InputHashes> inputs)
    {
        var origins = new ProvenanceReader();
        inputs = [.. scenes.Select(s => new InputHashes(s.SceneNumber, s.Keyword, FileHash.OfFile(s.SceneImagePath),
            FileHash.OfFile(s.KeywordMaskPath),
            FileHash.OfFile(s.AttentionHeatmapPath),
            origins.Of(s.AttentionHeatmapPath) is { Kind: not ProvenanceKind.Provided } known ? known : null))];
        var keyed = new { VariantFiles.Format, Options = ManifestOptions.Of(options), VideoId = videoId, Inputs = inputs };
        key = FileHash.OfBytes(JsonSerializer.SerializeToUtf8Bytes(keyed, VariantFiles.Json));
        string path = Path.Combine(_folder, VariantFiles.Manifest);
        try
        {
            if (!File.Exists(path) || JsonSerializer.Deserialize<VideoManifest>(File.ReadAllBytes(path),
                VariantFiles.Json) is not { } manifest || manifest.Key != key) return null;
            // The tables hold full paths: where data or outputs have moved, they are made anew.
            foreach (Variant variant in Variant.All)
            {
                VariantScene[] rows = [.. VariantSet.Rows(_folder, variant)];
                if (rows.Length != scenes.Count) return null;
                for (int i = 0; i < rows.Length; i++)
                    if (!SameFiles(rows[i].Scene, scenes[i]) || !IsWhole(rows[i].AttentionMapPath,
                        sizeof(float) * (long)options.Width * options.Height)
                        || rows[i].HeatmapPath != VariantFiles.Jpeg(_folder, variant, scenes[i].SceneId)
                        || !IsWhole(rows[i].HeatmapPath, 1)) return null;
            }
            return manifest;
        }
        catch (Exception e) when (e is JsonException or BadDataException or FormatException)
        {
            return null;   // damaged: made anew
        }
    }

    public VideoManifest Make(string key, IReadOnlyList<InputHashes> inputs, Action sceneDone)
    {
        RefuseLinks();
        Directory.CreateDirectory(_folder);
        File.Delete(Path.Combine(_folder, VariantFiles.Manifest));
        var tables = Variant.All.Select(_ => new StringWriter(CultureInfo.InvariantCulture)).ToArray();
        foreach (StringWriter table in tables) CsvRows.Write(table, VariantFiles.Columns);
        var written = new HashSet<string>(StringComparer.Ordinal);
        var scores = new VariantScores();
        var counts = new (int Modified, int Distinct)[Variant.All.Count];
        int partial = 0, absent = 0, index = 0;

        IDataView view = SceneView.Of(scenes);
        view = pipeline?.Invoke(view) ?? VariantPipeline.Of(options).Fit(view).Transform(view);
        var writer = new VariantWriter(_folder, options);
        foreach (GroupResult<WrittenVariant> scene in GroupReader.Read(view, VariantWriter.Columns, writer.Open, OrderedParallel.Workers,
            cancellationToken))
        {
            if (scene.Failure is { } failure) throw failure;
            if (!scene.Rows[0].HasProduct) absent++;
            foreach (WrittenVariant v in scene.Rows)
            {
                written.Add(v.Jpeg);
                if (v.Distinct)
                {
                    written.Add(v.Map);
                    counts[v.Variant.Position].Distinct++;
                }
                if (v.Modified) counts[v.Variant.Position].Modified++;
                scores.Add(v.Variant, index, v.Window, v.After.Alignment, v.After.Share);
                if (v.Variant.Target == VariantTarget.Background && v.HasProduct
                    && v.Variant.Alpha(v.Window, options.BoostAlpha, options.ReductionAlpha) != 1
                    && !(v.Placebo.Coverage >= 1 && v.Placebo.Strength == 1)) partial++;
                WriteRow(tables[v.Variant.Position], scenes[index], v, inputs[index].AttentionOrigin ?? HeatmapProvenance.Provided);
            }
            index++;
            sceneDone();
        }

        foreach (Variant variant in Variant.All)
            AtomicFile.WriteText(VariantFiles.Csv(_folder, variant), tables[variant.Position].ToString());
        AtomicFile.Write(Path.Combine(_folder, VariantFiles.Statistics),
            s => JsonSerializer.Serialize(s,
            scores.Summarise(ProvenanceCounts.Of(inputs.Select(i => i.AttentionOrigin ?? HeatmapProvenance.Provided))), VariantFiles.Json));
        RemoveStale(written);
        var manifest = new VideoManifest
        {
            Format = VariantFiles.Format,
            ToolVersion = ToolVersion.Number,
            VideoId = videoId,
            Key = key,
            Options = ManifestOptions.Of(options),
            Inputs = inputs,
            Variants = Variant.All.ToDictionary(v => v.Name,
                v => new VariantCounts(scenes.Count, counts[v.Position].Modified, counts[v.Position].Distinct)),
            DistinctControls = counts.Sum(c => c.Distinct),
            PartialPlacebos = partial,
            ScenesWithoutProduct = absent,
        };
        AtomicFile.Write(Path.Combine(_folder, VariantFiles.Manifest), s => JsonSerializer.Serialize(s, manifest, VariantFiles.Json));
        return manifest;
    }

    static void WriteRow(StringWriter table, SceneRecord s, WrittenVariant v, HeatmapProvenance origin)
    {
        static string N(double? v) => v is { } number && !double.IsNaN(number) ? number.ToString("R", CultureInfo.InvariantCulture) : "";
        PlaceboFacts? place = v.Placebo.Coverage > 0 ? v.Placebo : null;
        CsvRows.Write(table,
            s.VideoId, N(s.SceneNumber), s.Keyword, s.SceneImagePath, s.KeywordMaskPath, s.AttentionHeatmapPath, s.Filename,
            v.Variant.Name, TemporalWindows.Names[v.Window], v.Jpeg, v.Map, v.ControlId, v.Modified ? "true" : "false",
            N(v.Before.Alignment), N(v.After.Alignment), N(v.Before.Share), N(v.After.Share), N(v.Before.Total), N(v.After.Total),
            N(v.Clipped),
            N(place?.Dx), N(place?.Dy), N(v.Placebo.Coverage), N(v.Placebo.AttentionRatio), N(v.Placebo.Strength), origin.ToString());
    }

    // Maps of an earlier run with other scenes: only files of our own names, only in our own folders.
    void RemoveStale(HashSet<string> written)
    {
        foreach (Variant variant in Variant.All)
            foreach (string file in Directory.EnumerateFiles(VariantFiles.Maps(_folder, variant)).ToArray())
                if (!written.Contains(file) && Path.GetFileName(file).StartsWith(videoId + "-Scene-", StringComparison.Ordinal)
                    && Path.GetExtension(file) is ".jpg" or ".safetensors" or AtomicFile.PartialSuffix)
                    File.Delete(file);
    }

    void RefuseLinks()
    {
        string[] ours = [_folder, .. Variant.All.SelectMany(v => new[] { Path.Combine(_folder, v.Name), VariantFiles.Maps(_folder, v) })];
        foreach (string folder in ours)
            if (new DirectoryInfo(folder).LinkTarget is not null)
                throw BadDataException.For($"The output folder '{folder}'", "a link", "a plain folder",
                    "Remove it; nothing is written through links.");
    }

    // A file of which a power cut left only the name is made again.
    static bool IsWhole(string path, long leastBytes) => new FileInfo(path) is { Exists: true } file && file.Length >= leastBytes;

    static bool SameFiles(SceneRecord a, SceneRecord b) =>
        a.SceneNumber == b.SceneNumber && a.Keyword == b.Keyword && a.SceneImagePath == b.SceneImagePath
        && a.KeywordMaskPath == b.KeywordMaskPath && a.AttentionHeatmapPath == b.AttentionHeatmapPath;
}
