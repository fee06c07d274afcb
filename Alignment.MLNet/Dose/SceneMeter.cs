using Alignment.MLNet.Editing;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.Attention;
using Alignment.Transforms.Attention.Metrics;
using Alignment.Transforms.Attention.Saliency;
using Alignment.Transforms.Images;
using Alignment.Transforms.Images.Quality;

namespace Alignment.MLNet.Dose;

/// <summary>A scene as its files are now: what would be measured, and where from.</summary>
sealed record FoundScene(IReadOnlyList<VariantScene> Rows, SceneRecipe Recipe, string Source, string Region, IReadOnlyList<string> Edits);

/// <summary>
/// Measures one scene: every different picture is decoded once and predicted once by each predictor, however many variants share it.
/// Predicted maps are made at the picture's own size and brought to the maps' size by area average, as the stage <c>PredictAttention</c>
/// does from a path, so that what was got and what was asked for are counted on the same pixels with the same mask. May be used by several
/// threads.
/// </summary>
sealed class SceneMeter(VariantSet set, EditedFolder folder, IReadOnlyList<AttentionPredictor> predictors, LpipsMeter? lpips,
    DoseOptions options)
{
    const int Digits = 4;

    readonly VariantSetScenes _masks = new(set, []);

    readonly IReadOnlyList<PredictorRecipe> _predictors = [.. predictors.Select(p => new PredictorRecipe(p.Name,
        string.Join(AttentionPredictorOptions.Plus, p.Options.Parts()
        .Select(x => AttentionPredictorOptions.IsModel(x) ? Path.GetFileName(x) : x)), p.Options.CentreWeight, p.ModelSha256))];

    sealed record EditedAs
    {
        public string ControlSha256 { get; init; } = "";
    }

    /// <summary>Finds a scene's pictures and their hashes.</summary>
    /// <exception cref="BadDataException">An edit is missing, unfinished, or of another map.</exception>
    public FoundScene Find(IReadOnlyList<VariantScene> rows)
    {
        VariantScene first = rows[0];
        string video = first.Scene.VideoId, scene = first.Scene.SceneId;
        string source = folder.Png(EditedFolder.Source, video, scene), region = folder.Png(EditedFolder.Region, video, scene);
        var edits = new List<string>();
        var variants = new List<VariantRecipe>();
        foreach (VariantScene row in rows)
        {
            string name = row.Variant.Name, path = folder.Png(name, video, scene),
                subject = $"The edit of {SafePath.Shorten(scene)} under {name}";
            if (!File.Exists(path)) throw BadDataException.For(subject, $"no file '{path}'", "the edited picture",
                "Run `alignment edit` again; its own report says why a scene could not be edited.");
            string hash = FileHash.OfFile(path);
            if (OutputRecord.RecipeOf<EditedAs>(folder.Record(name, video, scene), scene + ".png", hash) is not { } made)
                throw BadDataException.For(subject, "a picture that its record does not know",
                    "the picture and the record beside it as `alignment edit` wrote them",
                    "It was changed or not finished: run `alignment edit` again.");
            if (made.ControlSha256 != row.ControlHash)
                throw BadDataException.For(subject, $"one made of the map {SafePath.Shorten(made.ControlSha256, 12)}",
                    $"{SafePath.Shorten(row.ControlHash, 12)}, as the variants' table has it",
                    "The variants were made again since: run `alignment edit` again.");
            edits.Add(path);
            variants.Add(new(name, TemporalWindows.Names[row.Window], row.Modified, row.ControlHash, hash));
        }
        return new(rows, new()
        {
            SceneId = scene,
            Size = FormattableString.Invariant($"{set.Width}x{set.Height}"),
            Predictors = _predictors,
            FixatedPart = options.FixatedPart,
            LpipsSha256 = lpips?.Model.Sha256,
            SourceSha256 = FileHash.OfFile(source),
            RegionSha256 = FileHash.OfFile(region),
            Variants = variants,
        }, source, region, edits);
    }

    /// <summary>Measures it.</summary>
    /// <exception cref="BadDataException">A picture or map cannot be read, or they do not belong together.</exception>
    public SceneFacts Measure(FoundScene scene, CancellationToken cancellationToken)
    {
        VariantScene first = scene.Rows[0];
        float[] mask = _masks.ReadMask(new(first.Scene.VideoId, first.Scene.SceneId, "", "", first.Scene.KeywordMaskPath, []), set.Width,
            set.Height);
        Dictionary<string, Target> targets = Targets(scene, mask);

        // 1. Every picture once; the still and the baseline's edit are kept for their comparison.
        var seen = new Dictionary<string, Predicted[]>(StringComparer.Ordinal);
        RgbPicture still = PictureFile.ReadRgb8(scene.Source);
        seen[scene.Recipe.SourceSha256] = Predict(still, mask);
        ArtifactFacts? artifact = null;
        for (int v = 0; v < scene.Edits.Count; v++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string hash = scene.Recipe.Variants[v].PictureSha256;
            if (v > 0 && seen.ContainsKey(hash)) continue;
            RgbPicture edit = hash == scene.Recipe.SourceSha256 ? still : PictureFile.ReadRgb8(scene.Edits[v]);
            if ((edit.Width, edit.Height) != (still.Width, still.Height))
                throw BadDataException.For($"The edit '{scene.Edits[v]}'", FormattableString.Invariant($"{edit.Width}x{edit.Height}"),
                    FormattableString.Invariant($"{still.Width}x{still.Height}, as the still"), "Run `alignment edit` again.");
            if (v == 0) artifact = Compare(still, edit, scene.Region);
            if (!seen.ContainsKey(hash)) seen[hash] = Predict(edit, mask);
        }

        // 2. Each variant's edit against its map, and the baseline's edit against the same.
        Predicted[] untouched = seen[scene.Recipe.SourceSha256], baseline = seen[scene.Recipe.Variants[0].PictureSha256];
        return new()
        {
            HasProduct = mask.AsSpan().ContainsAnyExcept(0f),
            Pictures = seen.Count,
            Artifact = artifact!,
            Targets = [.. scene.Recipe.Variants.Select(v => targets[v.ControlSha256].Score)],
            Predictors = [.. Enumerable.Range(0, predictors.Count).Select(p => new PredictorFacts(
                untouched[p].Score,
                [.. scene.Recipe.Variants.Select(v => seen[v.PictureSha256][p].Score)],
                [.. scene.Recipe.Variants.Select(v => seen[v.PictureSha256][p].With(targets[v.ControlSha256]))],
                [.. scene.Recipe.Variants.Select(v => baseline[p].With(targets[v.ControlSha256]))]))],
        };
    }

    Dictionary<string, Target> Targets(FoundScene scene, float[] mask)
    {
        var targets = new Dictionary<string, Target>(StringComparer.Ordinal);
        foreach (VariantScene row in scene.Rows)
        {
            if (targets.ContainsKey(row.ControlHash)) continue;
            float[] map = set.ReadMap(row);
            if (ControlStack.Hash(set.Width, set.Height, mask, map) != row.ControlHash)
                throw BadDataException.For(
                    $"The map '{SafePath.Shorten(row.AttentionMapPath, 300)}' and the mask of {SafePath.Shorten(row.Scene.SceneId)}",
                    "another control than the variants' table has", "both as they were when the variants were made",
                    "One of them changed since: make the variants again, then edit again.");
            targets[row.ControlHash] = new(map, Pair(AttentionScore.Of(map, mask)), PeakPixels.Of(map, options.FixatedPart));
        }
        return targets;
    }

    Predicted[] Predict(RgbPicture picture, float[] mask)
    {
        float[] own = new float[picture.Width * picture.Height];
        return [.. predictors.Select(predictor =>
        {
            predictor.Predict(picture.Pixels, picture.Width, picture.Height, own);
            float[] map = new float[mask.Length];
            PictureResize.Planes(own, 1, picture.Height, picture.Width, map, set.Height, set.Width);
            System.Numerics.Tensors.TensorPrimitives.Min(map, 1f, map);   // weights of an average may add up to a hair more than 1
            return new Predicted(map, Pair(AttentionScore.Of(map, mask)));
        })];
    }

    ArtifactFacts Compare(RgbPicture still, RgbPicture edit, string regionPath)
    {
        RgbPicture region = PictureFile.ReadRgb8(regionPath);
        if ((region.Width, region.Height) != (still.Width, still.Height))
            throw BadDataException.For($"The region '{regionPath}'", FormattableString.Invariant($"{region.Width}x{region.Height}"),
                FormattableString.Invariant($"{still.Width}x{still.Height}, as the still"), "Run `alignment edit` again.");
        byte[] allowed = new byte[still.Width * still.Height];
        int left = still.Width, right = -1, top = -1, bottom = -1;
        for (int i = 0; i < allowed.Length; i++)
        {
            if ((allowed[i] = region.Pixels[3 * i]) == 0) continue;
            int x = i % still.Width, y = i / still.Width;
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), top < 0 ? y : top, y);
        }
        PixelChange change = PixelChange.Of(still.Pixels, edit.Pixels, allowed);
        bool unchanged = still.Pixels.AsSpan().SequenceEqual(edit.Pixels);
        if (right < 0) return new(unchanged, null, null, null, change.LargestOutside);
        var rectangle = (left, top, right - left + 1, bottom - top + 1);
        return new(unchanged, Round(change.PsnrDb), Round(StructuralSimilarity.Mean(still.Pixels, edit.Pixels, still.Width, rectangle)),
            lpips?.Of(still, edit, rectangle), change.LargestOutside);
    }

    static ScorePair Pair(AttentionScore score) => new(score.Share, score.Alignment);

    static double? Round(double? value) => value is { } number ? Math.Round(number, Digits) : null;

    /// <summary>A variant's map: what was asked for.</summary>
    sealed record Target(float[] Map, ScorePair Score, int[] Peak);

    /// <summary>A predicted map at the targets' size. What it agrees with is computed once for each target.</summary>
    sealed class Predicted(float[] map, ScorePair score)
    {
        readonly Dictionary<Target, MapAgreement> _known = new(ReferenceEqualityComparer.Instance);

        public ScorePair Score => score;

        public MapAgreement With(Target target)
        {
            if (_known.TryGetValue(target, out MapAgreement? known)) return known;
            SaliencyMetrics a = SaliencyMetrics.Of(map, target.Map, target.Peak);
            return _known[target] = new(Number(a.Cc), Number(a.Sim), Number(a.Kl), Number(a.Nss), Number(a.AucJudd));
        }

        static double? Number(double value) => double.IsFinite(value) ? value : null;
    }
}
