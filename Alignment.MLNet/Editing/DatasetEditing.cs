using System.Globalization;
using Alignment.MLNet.Storage;

namespace Alignment.MLNet.Editing;

/// <summary>
/// The loop over a variant set: one pass that finds out what is missing, so that progress counts the edits that are
/// really left, and one that makes it. Both stream; what is kept is one number a scene and the failures.
/// </summary>
/// <param name="variants">What to edit.</param>
/// <param name="folder">Where to.</param>
/// <param name="options">How; every choice that is left to the model has been made.</param>
/// <param name="modelHash">The model's identity.</param>
/// <param name="lpips">By which network LPIPS is measured, or why it is left out.</param>
/// <param name="openModel">Opens the model, if anything is to be edited.</param>
sealed class DatasetEditing(IScenesToEdit variants, EditedFolder folder, EditJobOptions options, string modelHash, string lpips,
    Func<ISceneDiffusion> openModel)
{
    const string Checking = "checking edits", Editing = "editing scenes";

    const int Complete = -1;

    readonly EditSettings _settings = EditSettings.Of(options.Edit, options.JpegQuality);
    readonly List<EditFailure> _failures = [];

    public EditResult Run(IProgress<WorkProgress>? progress, CancellationToken cancellationToken)
    {
        if (variants.Variants.FirstOrDefault(v => v is EditedFolder.Source or EditedFolder.Region or EditedFolder.Previews
            || !SafePath.IsName(v)) is { } clash)
            throw BadDataException.For($"The variant '{SafePath.Shorten(clash)}'", "a name that cannot be a folder of edits",
                $"a plain name other than '{EditedFolder.Source}', '{EditedFolder.Region}' and '{EditedFolder.Previews}'",
                "Rename the variant.");
        folder.RemovePartials();
        var scenes = new SceneEditing(folder, variants, options.Edit, _settings, modelHash);

        // 1. What is there, and what is missing.
        var counts = new EditCounts();
        var pending = new List<int>();   // edits to be made of each scene, 0 for its proofs alone; -1 where nothing is missing
        long left = 0, all = 0;
        foreach (SceneToEdit scene in WithoutOthers())
        {
            cancellationToken.ThrowIfCancellationRequested();
            ScenePlan? plan = Try(scenes, scene, () =>
            {
                ScenePlan made = scenes.Plan(scene);
                scenes.TellOrigin(made);
                return made;
            });
            pending.Add(plan is { Done: false } ? plan.EditsLeft : Complete);
            if (plan is { Done: true }) counts = Add(counts, plan, plan.NothingToEdit == true);
            left += plan?.EditsLeft ?? 0;
            all += plan?.Controls ?? 0;
            progress?.Report(new(Checking, pending.Count, 0, scene.SceneId));
        }
        progress?.Report(new(Checking, pending.Count, pending.Count));

        // 2. Make it.
        EditTiming? timing = null;
        long made = 0;
        if (pending.Exists(p => p != Complete))
        {
            using ISceneDiffusion diffusion = openModel();
            diffusion.Expect(all);   // not what is left: a run that is continued loads its models as it began
            using var log = new TimingLog(options.TimingsFile);
            progress?.Report(new(Editing, 0, left));
            long began = TimeProvider.System.GetTimestamp();
            var planning = new Queue<int>();   // of the scenes on their way
            var pipeline = new EditPipeline(scenes, diffusion, options.Ahead, log)
            {
                Made = scene =>
                {
                    made++;
                    double perSecond = made / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
                    progress?.Report(new(Editing, made, Interlocked.Read(ref left),
                        string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.##} edits/s, {scene.SceneId}")));
                },
                Done = (scene, prepared, failure, written) =>
                {
                    int planned = planning.Dequeue();
                    if (prepared is not null)
                    {
                        counts = Add(counts, prepared.Plan, prepared.Pixels == 0);
                        return;
                    }
                    Interlocked.Add(ref left, written - planned);
                    Fail(scenes, scene, failure!);
                },
            };
            pipeline.Run(Pending(pending, planning), cancellationToken);
            timing = pipeline.Timing(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            progress?.Report(new(Editing, made, made));
        }

        counts = counts with { Scenes = pending.Count, Failed = _failures.Count };
        OutputRecord.WriteManifest(folder.ManifestPath, new
        {
            Tool = ToolVersion.Name,
            ModelSha256 = modelHash,
            Settings = _settings,
            variants.Variants,
            variants.AttentionOrigin,
            Counts = counts,
            Quality = EditQualityTable.Write(folder, variants, lpips, cancellationToken),
            Failures = _failures,
        });
        return new EditResult(folder.Root, folder.ManifestPath, modelHash, counts, made, _failures) { Timing = timing };
    }


    static EditCounts Add(EditCounts counts, ScenePlan plan, bool nothing) => counts with
    {
        Outputs = counts.Outputs + plan.Scene.Maps.Count,
        DistinctControls = counts.DistinctControls + plan.Controls,
        Edits = counts.Edits + plan.Controls,
        Copied = counts.Copied + plan.Scene.Maps.Count - plan.Controls,
        NothingToEdit = counts.NothingToEdit + (nothing ? plan.Controls : 0),
    };

    /// <summary>The scenes; when a video's last one has gone by, outputs of scenes it does not have are removed.</summary>
    IEnumerable<SceneToEdit> WithoutOthers()
    {
        string? video = null;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (SceneToEdit scene in variants.Scenes())
        {
            if (video is not null && scene.VideoId != video) Clean(video, ids);
            video = scene.VideoId;
            ids.Add(scene.SceneId);
            yield return scene;
        }
        if (video is not null) Clean(video, ids);
    }

    void Clean(string video, HashSet<string> ids)
    {
        foreach (string kind in variants.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region))
            folder.RemoveOtherScenes(kind, video, ids);
        ids.Clear();
    }

    /// <summary>The scenes with something missing, as the first pass found them.</summary>
    IEnumerable<SceneToEdit> Pending(List<int> pending, Queue<int> planning)
    {
        int at = 0;
        foreach (SceneToEdit scene in variants.Scenes())
        {
            if (at == pending.Count) yield break;   // the set grew while it was read: the next run sees the rest
            int planned = pending[at++];
            if (planned == Complete) continue;
            planning.Enqueue(planned);
            yield return scene;
        }
    }

    /// <summary>A scene that cannot be edited is noted and left out; the rest goes on.</summary>
    void Fail(SceneEditing scenes, SceneToEdit scene, BadDataException why)
    {
        _failures.Add(new(scene.VideoId, scene.SceneId, why.Message));
        scenes.Discard(scene);
    }

    ScenePlan? Try(SceneEditing scenes, SceneToEdit scene, Func<ScenePlan> work)
    {
        try
        {
            return work();
        }
        catch (BadDataException e)
        {
            Fail(scenes, scene, e);
            return null;
        }
    }
}
