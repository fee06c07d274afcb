using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Alignment.MLNet.Attention;
using Alignment.MLNet.Data;
using Alignment.Onnx.Import;
using Alignment.Transforms;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Images;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alignment.MLNet.Variants;

/// <summary>Makes the seven variants of one video, scene by scene.</summary>
sealed class VariantVideo(MLContext ml, string root, string videoId, IReadOnlyList<SceneRecord> scenes, VariantOptions options, CancellationToken cancel)
{
    readonly string _folder = VariantFiles.Video(root, videoId);

    /// <summary>One scene's maps as the pipeline loads them.</summary>
    sealed class Maps
    {
        [ColumnName(SceneColumns.Heatmap)]
        public float[] Attention { get; set; } = [];

        [ColumnName(SceneColumns.Mask)]
        public float[] Mask { get; set; } = [];
    }

    /// <summary>Returns the manifest that stands on disk if it says that everything is as it would be made now.</summary>
    public VideoManifest? Finished(out string key, out IReadOnlyList<InputHashes> inputs)
    {
        var origins = new AttentionOriginReader();
        inputs = [.. scenes.Select(s => new InputHashes(s.SceneNumber, s.Keyword, Hash(s.SceneImagePath), Hash(s.KeywordMaskPath), Hash(s.AttentionHeatmapPath),
            origins.Of(s.AttentionHeatmapPath) is { Kind: not AttentionOriginKind.BroughtAlong } known ? known : null))];
        var keyed = new { VariantFiles.Format, Options = ManifestOptions.Of(options), VideoId = videoId, Inputs = inputs };
        key = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(keyed, VariantFiles.Json)));
        string path = Path.Combine(_folder, VariantFiles.Manifest);
        try
        {
            if (!File.Exists(path) || JsonSerializer.Deserialize<VideoManifest>(File.ReadAllBytes(path), VariantFiles.Json) is not { } manifest || manifest.Key != key) return null;
            // The tables hold full paths: where data or outputs have moved, they are made anew.
            foreach (AttentionVariant variant in AttentionVariants.All)
            {
                VariantScene[] rows = [.. VariantSet.Rows(_folder, variant)];
                if (rows.Length != scenes.Count) return null;
                for (int i = 0; i < rows.Length; i++)
                    if (!SameFiles(rows[i].Scene, scenes[i]) || !File.Exists(rows[i].AttentionMapPath) || rows[i].HeatmapPath != VariantFiles.Jpeg(_folder, variant, scenes[i].SceneId) || !File.Exists(rows[i].HeatmapPath)) return null;
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
        var tables = AttentionVariants.All.Select(_ => new StringWriter(CultureInfo.InvariantCulture)).ToArray();
        foreach (StringWriter table in tables) ValidScenesCsv.WriteRow(table, VariantFiles.Columns);
        var written = new HashSet<string>(StringComparer.Ordinal);
        var scores = new VariantScores();
        var counts = new (int Modified, int Distinct)[AttentionVariants.All.Count];
        int partial = 0, absent = 0, index = 0;

        foreach (Maps maps in Load())
        {
            cancel.ThrowIfCancellationRequested();
            SceneRecord scene = scenes[index];
            int window = TemporalWindows.Of(index, scenes.Count);
            var known = new Dictionary<string, string>(StringComparer.Ordinal);   // control → its lossless map
            AttentionScore before = AttentionScore.Of(maps.Attention, maps.Mask);
            bool hasProduct = maps.Mask.AsSpan().ContainsAnyExcept(0f);
            if (!hasProduct) absent++;
            foreach (AttentionVariant variant in AttentionVariants.All)
            {
                Changed made = Change(variant, window, scene, maps);
                string control = ControlHash(made.Attention, maps.Mask);
                string jpeg = VariantFiles.Jpeg(_folder, variant, scene.SceneId);
                PictureFile.WriteJpegGrey(jpeg, options.Width, options.Height, Grey(made.Attention));
                written.Add(jpeg);
                if (!known.TryGetValue(control, out string? map))
                {
                    known[control] = map = VariantFiles.Map(_folder, variant, scene.SceneId);
                    SafetensorsWriter.Write(map, [SafetensorsTensor.Floats(VariantFiles.Tensor, [options.Height, options.Width], made.Attention)]);
                    written.Add(map);
                    counts[(int)variant].Distinct++;
                }
                bool modified = !made.Attention.AsSpan().SequenceEqual(maps.Attention);
                if (modified) counts[(int)variant].Modified++;
                AttentionScore after = AttentionScore.Of(made.Attention, maps.Mask);
                scores.Add(variant, index, window, after.Alignment, after.Share);
                if (variant == AttentionVariant.Placebo && hasProduct && options.BoostAlpha != 1 && !(made.Place is { IsWhole: true } && made.Strength == 1)) partial++;
                WriteRow(tables[(int)variant], scene, variant, window, jpeg, map, control, modified, before, after, made);
            }
            index++;
            sceneDone();
        }

        foreach (AttentionVariant variant in AttentionVariants.All)
            AtomicFile.WriteText(VariantFiles.Csv(_folder, variant), tables[(int)variant].ToString());
        AtomicFile.Write(Path.Combine(_folder, VariantFiles.Statistics), s => JsonSerializer.Serialize(s, scores.Summarise(AttentionOrigins.Of(inputs.Select(i => i.AttentionOrigin ?? AttentionOrigin.BroughtAlong))), VariantFiles.Json));
        RemoveStale(written);
        var manifest = new VideoManifest
        {
            Format = VariantFiles.Format,
            ToolVersion = VariantMaker.ToolVersion,
            VideoId = videoId,
            Key = key,
            Options = ManifestOptions.Of(options),
            Inputs = inputs,
            Variants = AttentionVariants.All.ToDictionary(v => v.Name(), v => new VariantCounts(scenes.Count, counts[(int)v].Modified, counts[(int)v].Distinct)),
            DistinctControls = counts.Sum(c => c.Distinct),
            PartialPlacebos = partial,
            ScenesWithoutProduct = absent,
        };
        AtomicFile.Write(Path.Combine(_folder, VariantFiles.Manifest), s => JsonSerializer.Serialize(s, manifest, VariantFiles.Json));
        return manifest;
    }

    /// <summary>The catalog's own stages load and normalise, so that embedded use sees the same maps.</summary>
    IEnumerable<Maps> Load()
    {
        IDataView rows = ml.Data.LoadFromEnumerable(scenes);
        var pipeline = ml.Alignment.LoadMap(new() { Width = options.Width, Height = options.Height })
            .Append(ml.Alignment.NormalizeHeatmap())
            .Append(ml.Alignment.LoadMap(Transforms.Stages.LoadMapOptions.Mask with { Width = options.Width, Height = options.Height }))
            .Append(ml.Alignment.BinarizeMask(new() { Threshold = options.MaskThreshold }));
        return ml.Data.CreateEnumerable<Maps>(pipeline.Fit(rows).Transform(rows), reuseRowObject: false);
    }

    sealed record Changed(float[] Attention, long Clipped, PlaceboPlacement? Place, double? Strength);

    Changed Change(AttentionVariant variant, int window, SceneRecord scene, Maps maps)
    {
        float[] made = new float[maps.Attention.Length];
        double alpha = variant.Alpha(window, options.BoostAlpha, options.ReductionAlpha);
        if (variant != AttentionVariant.Placebo)
            return new(made, AttentionChange.Apply(maps.Attention, maps.Mask, alpha, options.PreserveMass, made).Clipped, null, null);
        PlaceboPlacement place = PlaceboRegion.Find(maps.Attention, maps.Mask, options.Width, options.Height, options.Seed, scene.SceneId, alpha);
        PlaceboBalance balance = PlaceboChange.Apply(maps.Attention, maps.Mask, options.Width, options.Height, place, alpha, made);
        return new(made, 0, place, balance.Strength);
    }

    static void WriteRow(StringWriter table, SceneRecord s, AttentionVariant variant, int window, string jpeg, string map, string control, bool modified, AttentionScore before, AttentionScore after, Changed made)
    {
        static string N(double? v) => v?.ToString("R", CultureInfo.InvariantCulture) ?? "";
        PlaceboPlacement? place = made.Place is { Exists: true } p ? p : null;
        ValidScenesCsv.WriteRow(table,
            s.VideoId, N(s.SceneNumber), s.Keyword, s.SceneImagePath, s.KeywordMaskPath, s.AttentionHeatmapPath, s.Filename,
            variant.Name(), TemporalWindows.Names[window], jpeg, map, control, modified ? "true" : "false",
            N(before.Alignment), N(after.Alignment), N(before.Share), N(after.Share), N(before.Total), N(after.Total), N(made.Clipped),
            N(place?.Dx), N(place?.Dy), N(made.Place?.Coverage), N(place is { ProductAttention: > 0 } q ? q.RegionAttention / q.ProductAttention : null), N(made.Strength));
    }

    /// <summary>SHA-256 over size, M and A' as the edit gets them: equal controls, equal hashes.</summary>
    string ControlHash(float[] attention, float[] mask)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(MemoryMarshal.AsBytes<int>([options.Width, options.Height]));
        sha.AppendData(MemoryMarshal.AsBytes<float>(mask));
        sha.AppendData(MemoryMarshal.AsBytes<float>(attention));
        return Convert.ToHexStringLower(sha.GetCurrentHash());
    }

    static byte[] Grey(float[] attention)
    {
        byte[] grey = new byte[attention.Length];
        for (int i = 0; i < grey.Length; i++) grey[i] = (byte)(attention[i] * 255f + 0.5f);
        return grey;
    }

    /// <summary>Maps of an earlier run with other scenes: only files of our own names, only in our own folders.</summary>
    void RemoveStale(HashSet<string> written)
    {
        foreach (AttentionVariant variant in AttentionVariants.All)
            foreach (string file in Directory.EnumerateFiles(VariantFiles.Maps(_folder, variant)).ToArray())
                if (!written.Contains(file) && Path.GetFileName(file).StartsWith(videoId + "-Scene-", StringComparison.Ordinal) && Path.GetExtension(file) is ".jpg" or ".safetensors" or AtomicFile.PartialSuffix)
                    File.Delete(file);
    }

    void RefuseLinks()
    {
        string[] ours = [_folder, .. AttentionVariants.All.SelectMany(v => new[] { Path.Combine(_folder, v.Name()), VariantFiles.Maps(_folder, v) })];
        foreach (string folder in ours)
            if (new DirectoryInfo(folder).LinkTarget is not null)
                throw BadDataException.For($"The output folder '{folder}'", "a link", "a plain folder", "Remove it; nothing is written through links.");
    }

    static bool SameFiles(SceneRecord a, SceneRecord b) =>
        a.SceneNumber == b.SceneNumber && a.Keyword == b.Keyword && a.SceneImagePath == b.SceneImagePath && a.KeywordMaskPath == b.KeywordMaskPath && a.AttentionHeatmapPath == b.AttentionHeatmapPath;

    static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
