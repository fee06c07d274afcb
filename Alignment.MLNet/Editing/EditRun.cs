using Alignment.MLNet.Dataset;
using Alignment.MLNet.Storage;
using Alignment.MLNet.Variants;
using Alignment.Transforms.MlNetPlumbing;
using Alignment.Transforms.Stages;

namespace Alignment.MLNet.Editing;

/// <summary>What is edited: read several times, streamed.</summary>
/// <param name="Variants">Names, in order.</param>
/// <param name="Scenes">By video, then by number.</param>
/// <param name="All">The same with those of videos that are not to be edited now.</param>
/// <param name="AttentionOrigin">Where the scenes' attention comes from.</param>
sealed record EditSource(IReadOnlyList<string> Variants, Func<IEnumerable<SetScene>> Scenes, Func<IEnumerable<SetScene>> All,
    ProvenanceCounts AttentionOrigin);

/// <summary>
/// Three passes over the rows of a set: which outputs are not current, the proofs, and the edits that are missing. Each streams; what is
/// held is one plan a scene and the failures.
/// </summary>
/// <param name="source">What to edit.</param>
/// <param name="chain">Computes the edits.</param>
/// <param name="folder">Where to.</param>
/// <param name="options">How; every choice that is left to the model has been made.</param>
/// <param name="modelHash">The model's identity.</param>
/// <param name="lpips">By which network LPIPS is measured, or why it is left out.</param>
sealed class EditRun(EditSource source, EditChain chain, EditedFolder folder, EditJobOptions options, string modelHash, string lpips)
{
    const string Checking = "checking edits", Editing = "editing scenes";

    readonly EditWriter _writer = new(folder, options, modelHash);
    readonly List<SceneFailure> _failures = [];
    readonly List<ScenePlan> _plans = [];

    public EditResult Run(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        if (source.Variants.FirstOrDefault(v => v is EditedFolder.Source or EditedFolder.Region or EditedFolder.Previews
            || !SafePath.IsName(v)) is { } clash)
            throw BadDataException.For($"The variant '{SafePath.Shorten(clash)}'", "a name that cannot be a folder of edits",
                $"a plain name other than '{EditedFolder.Source}', '{EditedFolder.Region}' and '{EditedFolder.Previews}'",
                "Rename the variant.");
        folder.RemovePartials();
        IDataView rows = chain.ControlsOf(SetView.Of(source.Scenes()));

        // 1. Find what is missing.
        Plan(rows, progress, cancellationToken);

        // 2. Write the proofs: still and region.
        WriteProofs(rows, cancellationToken);

        // 3. Make the edits.
        (long made, EditTiming? timing) = WriteEdits(rows, progress, cancellationToken);

        EditCounts counts = Counts();
        OutputRecord.WriteManifest(folder.ManifestPath, new
        {
            Tool = ToolVersion.Name,
            ModelSha256 = modelHash,
            Settings = EditSettings.Of(options.Edit, options.JpegQuality),
            source.Variants,
            source.AttentionOrigin,
            Counts = counts,
            Quality = EditQualityTable.Write(folder, source.All(), lpips, cancellationToken),
            Failures = _failures,
        });
        return new EditResult(folder.Root, folder.ManifestPath, modelHash, counts, made, _failures) { Timing = timing };
    }

    void Plan(IDataView rows, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        string? video = null;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (GroupResult<(SetScene Scene, string ControlId, BadDataException? Failure)> group in GroupReader.Read(rows,
            [SetView.SceneColumn, SceneColumns.ControlId], OpenControl, OrderedParallel.Workers, cancellationToken))
        {
            SetScene scene = group.Rows[0].Scene;
            if (video is not null && scene.VideoId != video) RemoveOthers(video, ids);
            video = scene.VideoId;
            ids.Add(scene.SceneId);
            ScenePlan plan = ScenePlan.None;
            try
            {
                if (group.Rows.Select(r => r.Failure).FirstOrDefault(f => f is not null) is { } failure) throw failure;
                plan = _writer.Plan(scene, [.. group.Rows.Select(r => r.ControlId)]);
            }
            catch (BadDataException e)
            {
                Fail(scene, e);
            }
            _plans.Add(plan);
            progress?.Report(new(Checking, _plans.Count, 0, scene.SceneId));
        }
        if (video is not null) RemoveOthers(video, ids);
        progress?.Report(new(Checking, _plans.Count, _plans.Count));

        static Func<(SetScene, string, BadDataException?)> OpenControl(DataViewRow at)
        {
            var row = new RowReader(at);
            var (scene, control) = (row.Value<SetScene>(SetView.SceneColumn), row.Text(SceneColumns.ControlId));
            return () =>
            {
                try
                {
                    return (scene(), control(), null);
                }
                catch (BadDataException e)
                {
                    return (scene(), "", e);
                }
            };
        }
    }

    // Removes outputs of scenes that a video does not have any more.
    void RemoveOthers(string video, HashSet<string> ids)
    {
        foreach (string kind in source.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region))
            folder.RemoveOtherScenes(kind, video, ids);
        ids.Clear();
    }

    void WriteProofs(IDataView rows, CancellationToken cancellationToken)
    {
        SelectedView wanted = Select(rows, (plan, variant) => variant == 0 && plan.LacksProofs);
        foreach (GroupResult<(long Index, SetScene Scene, long Pixels, BadDataException? Failure)> group in GroupReader.Read(wanted,
            [SetView.SceneColumn, SceneColumns.Still, SceneColumns.Region, SceneColumns.RegionPixels], OpenProof, OrderedParallel.Workers,
            cancellationToken))
            foreach (var (index, scene, pixels, failure) in group.Rows)
            {
                if (failure is not null) Fail(scene, failure);
                _plans[(int)index] = failure is null ? _plans[(int)index] with { NothingToEdit = pixels == 0 } : ScenePlan.None;
            }

        Func<(long, SetScene, long, BadDataException?)> OpenProof(DataViewRow at)
        {
            var row = new RowReader(at);
            var (scene, still, region, pixels) = (row.Value<SetScene>(SetView.SceneColumn), row.Picture(SceneColumns.Still),
                row.Floats(SceneColumns.Region), row.Value<long>(SceneColumns.RegionPixels));
            return () =>
            {
                try
                {
                    _writer.WriteProofs(scene(), still(), region(), pixels());
                    return (row.Group, scene(), pixels(), null);
                }
                catch (BadDataException e)
                {
                    return (row.Group, scene(), 0, e);
                }
            };
        }
    }

    (long Made, EditTiming? Timing) WriteEdits(IDataView rows, IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        long left = _plans.Sum(p => (long)p.EditsLeft), made = 0;
        if (left == 0) return (0, null);
        try
        {
            // in all: a continued run loads as it began
            chain.Editor.Begin(_plans.Sum(p => (long)p.Controls), progress, cancellationToken);
            using var log = new TimingLog(options.TimingsFile);
            progress?.Report(new(Editing, 0, left));
            long began = TimeProvider.System.GetTimestamp();
            SelectedView wanted = Select(rows, (plan, variant) => (plan.Missing >> variant & 1) == 1);
            IDataView edits = chain.EditsOf(wanted, cancellationToken);
            double prepare = 0, denoise = 0, finish = 0;
            long byModel = 0;
            // Cancelled by the editor, between steps: what it has denoised by then is still written.
            foreach (GroupResult<WrittenEdit> group in GroupReader.Read(edits, _writer.Columns, at => _writer.Open(at, Written),
                workers: 1, CancellationToken.None))
            {
                if (group.Rows.FirstOrDefault(r => r.Failure is not null) is not { } failed) continue;
                left -= _plans[(int)failed.Index].EditsLeft - group.Rows.Count(r => r.Failure is null);
                _plans[(int)failed.Index] = ScenePlan.None;
                Fail(failed.Scene, failed.Failure!);
            }
            progress?.Report(new(Editing, made, made));
            return (made, new(byModel, Seconds(), prepare, denoise, finish));

            double Seconds() => TimeProvider.System.GetElapsedTime(began).TotalSeconds;

            void Written(WrittenEdit edit)
            {
                made++;
                (prepare, denoise, finish) = (prepare + edit.PrepareSeconds, denoise + edit.DenoiseSeconds, finish + edit.FinishSeconds);
                if (!edit.NothingToEdit) byModel++;
                log.Add(edit);
                progress?.Report(new(Editing, made, left,
                    string.Create(CultureInfo.InvariantCulture, $"{made / Seconds():0.##} edits/s, {edit.Scene.SceneId}")));
            }
        }
        finally
        {
            chain.Free();
        }
    }

    /// <summary>The rows of a scene and variant that the scene's plan names. A set that grew while it was read has no plan for the
    /// rest.</summary>
    SelectedView Select(IDataView rows, Func<ScenePlan, int, bool> test)
    {
        string[] variants = [.. source.Variants];
        return new SelectedView(rows, [SceneColumns.Variant], at =>
        {
            var row = new RowReader(at);
            var variant = row.Text(SceneColumns.Variant);
            return () => row.Group < _plans.Count && test(_plans[(int)row.Group], Array.IndexOf(variants, variant()));
        });
    }

    EditCounts Counts()
    {
        long outputs = _plans.Sum(p => (long)p.Variants), controls = _plans.Sum(p => (long)p.Controls);
        return new()
        {
            Scenes = _plans.Count,
            Outputs = outputs,
            DistinctControls = controls,
            Edits = controls,
            Copied = outputs - controls,
            NothingToEdit = _plans.Sum(p => p.NothingToEdit ? (long)p.Controls : 0),
            Failed = _failures.Count,
        };
    }

    /// <summary>A scene that cannot be edited is noted, and what there is of it removed, so that no older edit passes for the current one;
    /// the rest goes on.</summary>
    void Fail(SetScene scene, BadDataException why)
    {
        _failures.Add(new(scene.VideoId, scene.SceneId, why.Message));
        foreach (string kind in source.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region))
            folder.Remove(kind, scene.VideoId, scene.SceneId);
    }
}
