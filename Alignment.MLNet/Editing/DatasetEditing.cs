using System.Reflection;
using Alignment.Transforms.Diffusion;

namespace Alignment.MLNet.Editing;

/// <summary>
/// The loop over a variant set: one pass that finds out what is missing, so that progress counts the edits that are
/// really left, and one that makes it. Both stream; what is kept is one bit a scene and the failures.
/// </summary>
sealed class DatasetEditing(IScenesToEdit variants, EditedFolder folder, EditOptions edit, int jpegQuality, string modelHash, Func<ISceneDiffusion> openModel)
{
    const string Checking = "checking edits", Editing = "editing scenes";

    readonly EditSettings _settings = EditSettings.Of(edit, jpegQuality);
    readonly List<EditFailure> _failures = [];

    public DatasetEditResult Run(IProgress<WorkProgress>? progress, CancellationToken cancel)
    {
        if (variants.Variants.FirstOrDefault(v => v is EditedFolder.Source or EditedFolder.Region || !SafePath.IsName(v)) is { } clash)
            throw BadDataException.For($"The variant '{SafePath.Shorten(clash)}'", "a name that cannot be a folder of edits", $"a plain name other than '{EditedFolder.Source}' and '{EditedFolder.Region}'", "Rename the variant.");
        folder.RemovePartials();
        var scenes = new SceneEditing(folder, variants, edit, _settings, modelHash);

        // 1. What is there, and what is missing.
        var counts = new EditCounts();
        var pending = new List<bool>();
        long left = 0;
        foreach (SceneToEdit scene in WithoutOthers())
        {
            cancel.ThrowIfCancellationRequested();
            ScenePlan? plan = Try(scenes, scene, () =>
            {
                ScenePlan made = scenes.Plan(scene);
                scenes.TellOrigin(made);
                return made;
            });
            pending.Add(plan is { Done: false });
            if (plan is { Done: true }) counts = Add(counts, plan, plan.NothingToEdit == true);
            left += plan?.EditsLeft ?? 0;
            progress?.Report(new(Checking, pending.Count, 0, scene.SceneId));
        }
        progress?.Report(new(Checking, pending.Count, pending.Count));

        // 2. Make it.
        long made = 0;
        if (pending.Contains(true))
        {
            using ISceneDiffusion diffusion = openModel();
            progress?.Report(new(Editing, 0, left));
            int at = 0;
            foreach (SceneToEdit scene in variants.Scenes())
            {
                if (at == pending.Count) break;   // the set grew while it was read: the next run sees the rest
                if (!pending[at++]) continue;
                cancel.ThrowIfCancellationRequested();
                int planned = 0, before = 0;
                bool edited = Try(scenes, scene, () =>
                {
                    ScenePlan plan = scenes.Plan(scene);
                    planned = plan.EditsLeft;
                    bool nothing = scenes.Edit(plan, diffusion, n => { made += n; before += n; progress?.Report(new(Editing, made, left, scene.SceneId)); }, cancel);
                    counts = Add(counts, plan, nothing);
                    return plan;
                }) is not null;
                if (!edited) left -= planned - before;
            }
            progress?.Report(new(Editing, made, made));
        }

        counts = counts with { Scenes = pending.Count, Failed = _failures.Count };
        OutputRecord.WriteManifest(folder.ManifestPath, new
        {
            Tool = ToolVersion,
            ModelSha256 = modelHash,
            Settings = _settings,
            variants.Variants,
            variants.AttentionOrigin,
            Counts = counts,
            Quality = EditQualityTable.Write(folder, variants, edit, cancel),
            Failures = _failures,
        });
        return new DatasetEditResult(folder.Root, folder.ManifestPath, modelHash, counts, made, _failures);
    }

    /// <summary>The program's version without the build's commit: equal sources give equal manifests.</summary>
    internal static string ToolVersion { get; } = "alignment " + (typeof(DatasetEditing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");

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
        foreach (string kind in variants.Variants.Append(EditedFolder.Source).Append(EditedFolder.Region)) folder.RemoveOtherScenes(kind, video, ids);
        ids.Clear();
    }

    /// <summary>A scene that cannot be read is noted and left out; the rest goes on.</summary>
    ScenePlan? Try(SceneEditing scenes, SceneToEdit scene, Func<ScenePlan> work)
    {
        try
        {
            return work();
        }
        catch (BadDataException e)
        {
            _failures.Add(new(scene.VideoId, scene.SceneId, e.Message));
            scenes.Discard(scene);
            return null;
        }
    }
}
