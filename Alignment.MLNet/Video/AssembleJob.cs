using Alignment.MLNet.Dataset;
using Alignment.MLNet.Ffmpeg;
using Alignment.MLNet.Storage;
using Alignment.Transforms.Images;

namespace Alignment.MLNet.Video;

/// <summary>Edited scenes back into videos: <c>edited_scenes/{variant}/{video_id}/{scene_id}.png</c> →
/// <c>videos/{video_id}_{variant}.mp4</c>, each scene held for its real duration where a scene list or source video says it, with the
/// source's audio. A video whose inputs have not changed is not encoded again.</summary>
public static class AssembleJob
{
    /// <summary>Assembles every video of every variant in <c>edited_scenes</c>, or in the folder that holds it, into <c>videos/</c> of the
    /// output folder, a JSON beside each, and <c>manifest.json</c>. Source videos and scene lists are looked for in <paramref
    /// name="sourceFolders"/>. One bad video does not stop the others; cancelled, finished videos stay.</summary>
    /// <exception cref="BadDataException">There is not one edited scene, or not one video could be assembled.</exception>
    /// <exception cref="UsageException">An option is out of range, or names no edited video.</exception>
    /// <exception cref="RetryableException">Another run works in the output folder.</exception>
    public static AssembleResult Run(string editedFolder, string outFolder, IReadOnlyList<string>? sourceFolders = null,
        AssembleOptions? options = null,
        IProgress<WorkProgress>? progress = null, FfmpegTools? tools = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        options.Check();
        tools ??= FfmpegTools.Find();
        var there = EditedVideo.Find(editedFolder, null);   // refused before a folder is made
        if (options.VideoIds?.FirstOrDefault(id => there.TrueForAll(e => e.VideoId != id)) is { } unknown)
            throw UsageException.For($"{OptionName.Of<AssembleOptions>(nameof(AssembleOptions.VideoIds))} '{SafePath.Shorten(unknown)}'",
                $"no such video in '{Path.GetFullPath(editedFolder)}'",
                $"one of {string.Join(", ", there.Select(e => SafePath.Shorten(e.VideoId)).Distinct().Take(10))}",
                "Correct the id, or edit its scenes first.");
        using RunLock alone = RunLock.Take(outFolder);
        return AssembleLocked(editedFolder, outFolder, sourceFolders, options, progress, tools, cancellationToken);
    }

    // As Run, for a caller that has the folder's lock.
    internal static AssembleResult AssembleLocked(string editedFolder, string outFolder, IReadOnlyList<string>? sourceFolders,
        AssembleOptions options,
        IProgress<WorkProgress>? progress, FfmpegTools tools, CancellationToken cancellationToken)
    {
        var all = EditedVideo.Find(editedFolder, options.VideoIds);
        List<AssembledVideo> videos = [];
        List<string> problems = [];
        int encodedVideos = 0, done = 0;
        foreach (var group in all.GroupBy(e => e.VideoId, StringComparer.Ordinal))
        {
            try
            {
                using var job = new VideoAssembly(group.Key, [.. group.SelectMany(e => e.Pictures.Keys).Distinct().Order()],
                    Path.Combine(outFolder, Layout.Videos), sourceFolders ?? [], options, tools, cancellationToken);
                foreach (var edited in group)
                {
                    progress?.Report(new("assembling videos", done, all.Count, $"{edited.VideoId} {edited.Variant}"));
                    try
                    {
                        videos.Add(job.Make(edited, out bool encoded));
                        if (encoded) encodedVideos++;
                    }
                    catch (BadDataException e)
                    {
                        problems.Add($"{edited.VideoId} {edited.Variant}: {e.Message}");
                    }
                    done++;
                }
            }
            catch (BadDataException e)
            {
                problems.Add($"{group.Key}: {e.Message}");
                done += group.Count();
            }
        }
        progress?.Report(new("assembling videos", all.Count, all.Count));
        AssembleManifest.WriteAll(Path.Combine(outFolder, Layout.Videos, AssembleManifest.FileName), videos, problems);
        if (videos.Count == 0) throw new BadDataException("No video could be assembled. " + problems[0]);
        return new(videos, encodedVideos, problems);
    }
}

// The variants of one video, and what they share: source, scene list, stills of scenes that were not edited.
sealed class VideoAssembly : IDisposable
{
    readonly string _videoId, _outFolder;
    readonly IReadOnlyList<int> _edited;
    readonly AssembleOptions _options;
    readonly Smoothing? _smoothing;
    readonly FfmpegTools _tools;
    readonly CancellationToken _cancellationToken;
    readonly VideoSource _source;
    readonly VideoInfo? _info;
    readonly SceneList? _list;
    readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    DirectoryInfo? _stills;

    public VideoAssembly(string videoId, IReadOnlyList<int> edited, string outFolder, IReadOnlyList<string> sourceFolders,
        AssembleOptions options, FfmpegTools tools, CancellationToken cancellationToken)
    {
        (_videoId, _edited, _outFolder, _options, _tools, _cancellationToken) = (videoId, edited, outFolder, options, tools,
            cancellationToken);
        _smoothing = Smoothing.Parse(options.Smoothing);
        _source = VideoSource.Find(videoId, sourceFolders);
        _info = _source.File is null ? null : VideoProbe.Read(_source.File, tools, cancellationToken);
        _list = _source.SceneListFile is null ? null : SceneList.Read(_source.SceneListFile);
    }

    public AssembledVideo Make(EditedVideo edited, out bool encoded)
    {
        int[] missing = [.. _edited.Where(n => !edited.Pictures.ContainsKey(n))];
        if (missing.Length > 0)
            throw BadDataException.For("Its edited scenes",
                $"no picture of scene {string.Join(", ", missing.Take(20))}, which other variants have", "the same scenes in every variant",
                "Run 'alignment edit' again; it continues where it stopped.");
        var timing = SceneTiming.Of(_videoId, _edited, _list, _info, _options);
        string name = $"{_videoId}_{edited.Variant}", file = SafePath.Under(_outFolder, name + ".mp4"),
            note = SafePath.Under(_outFolder, name + ".json");
        var first = PictureFile.ReadHeader(edited.Pictures.First().Value);
        var (width, height) = first.Orientation >= 5 ? (first.Height, first.Width) : (first.Width, first.Height);
        Dictionary<int, string> hashes = timing.Scenes.Where(s => s.Edited)
            .ToDictionary(s => s.SceneNumber, s => FileHash.OfFile(edited.Pictures[s.SceneNumber]));
        string inputs = InputsHash(hashes, timing);
        ProvenanceCounts attention = ProvenanceCounts.Of(hashes.Select(h => EditedVideo.AttentionOf(edited.Pictures[h.Key], h.Value)));
        if (AssembleManifest.TryRead(note) is { } before && before.InputsSha256 == inputs && File.Exists(file)
            && before.Sha256 == FileHash.OfFile(file))
        {
            // What is known of the attention changes no frame, but the note says what holds now.
            before = before with { AttentionOrigin = attention };
            AssembleManifest.Write(note, before);
            encoded = false;
            return before;
        }
        List<string> notes = [.. timing.Notes];
        string[] paths = [.. timing.Scenes.Select(s => s.Edited ? edited.Pictures[s.SceneNumber] : SourceStill(s.SceneNumber))];
        if (paths.Any(p => { var h = PictureFile.ReadHeader(p); return (h.Width, h.Height) != (first.Width, first.Height); }))
            notes.Add(Invariant($"Stills of another size than the first were scaled into {width}x{height}, proportions kept, on black."));
        var stills = new StillSequence(timing.Scenes, width * height * 3, (i, rgb) => Still.Read(paths[i], width, height, rgb),
            _smoothing);
        VideoWriter.Write(file, new(width, height, timing.Fps, timing.Frames), stills.Draw,
            new() { Crf = _options.Crf, AudioFrom = _source.File }, _tools, _cancellationToken);
        var written = VideoProbe.Read(file, _tools, _cancellationToken);
        if (written.Frames != timing.Frames)
            throw BadDataException.For($"The video '{name}.mp4'", $"{written.Frames} frames after encoding", $"{timing.Frames}",
                "Run again; if it happens again, try another ffmpeg.");
        var assembled = new AssembledVideo
        {
            VideoId = _videoId,
            Variant = edited.Variant,
            File = name + ".mp4",
            Width = written.Width,
            Height = written.Height,
            Fps = timing.Fps.ToString(),
            Frames = timing.Frames,
            Seconds = timing.Fps.SecondsAt(timing.Frames),
            Durations = JsonNamingPolicy.SnakeCaseLower.ConvertName(timing.From.ToString()),
            SceneList = Path.GetFileName(_source.SceneListFile),
            Source = Path.GetFileName(_source.File),
            Audio = written.AudioCodec,
            Smoothing = _smoothing?.ToString() ?? "off",
            Scenes = timing.Scenes,
            Notes = notes,
            Ffmpeg = _tools.Version,
            InputsSha256 = inputs,
            Sha256 = FileHash.OfFile(file),
            AttentionOrigin = attention,
        };
        AssembleManifest.Write(note, assembled);
        encoded = true;
        return assembled;
    }

    string InputsHash(Dictionary<int, string> pictures, SceneTiming timing)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"assemble/1 ffmpeg {_tools.Version} fps {timing.Fps} crf {_options.Crf} smoothing "
            + $"{_smoothing?.ToString() ?? "off"} gain {(_smoothing is null ? 1 : Smoothing.MaxGain)}\n");
        text.Append(CultureInfo.InvariantCulture, $"source {(_source.File is null ? "none" : CachedHash(_source.File))}\n");
        foreach (var scene in timing.Scenes)
            text.Append(CultureInfo.InvariantCulture,
                $"{scene.SceneNumber} {scene.StartFrame} {scene.Frames} {(scene.Edited ? pictures[scene.SceneNumber] : "source")}\n");
        return FileHash.OfBytes(Encoding.UTF8.GetBytes(text.ToString()));
    }

    string CachedHash(string path)
    {
        if (!_hashes.TryGetValue(path, out string? hash)) _hashes[path] = hash = FileHash.OfFile(path);
        return hash;
    }

    // The second frame of a scene in the source video (the first may still hold the cut), as the stills of a data set are; read once for
    // all variants.
    string SourceStill(int sceneNumber)
    {
        _stills ??= Directory.CreateTempSubdirectory("alignment-");
        string path = Path.Combine(_stills.FullName, Invariant($"{sceneNumber}") + ".png");
        if (File.Exists(path)) return path;
        Dictionary<long, int> wanted = [];
        foreach (var scene in _list!.Scenes.Where(s => !_edited.Contains(s.SceneNumber)))
        {
            long first = _info!.Fps.FrameAt(_list.Fps.SecondsAt(scene.StartFrame)),
                last = _info.Fps.FrameAt(_list.Fps.SecondsAt(scene.EndFrame)) - 1;
            wanted.TryAdd(Math.Min(first + 1, last), scene.SceneNumber);
        }
        VideoReader.Read(_source.File!, (i, rgb) =>
        {
            if (wanted.Remove(i, out int number))
                PictureFile.WritePng(Path.Combine(_stills.FullName, Invariant($"{number}") + ".png"),
                    new RgbPicture(_info!.DisplayWidth, _info.DisplayHeight, rgb.ToArray()));
            return wanted.Count > 0;
        }, tools: _tools, cancellationToken: _cancellationToken);
        return File.Exists(path) ? path
            : throw BadDataException.For($"The source video '{Path.GetFileName(_source.File)}'", $"its end before scene {sceneNumber}",
            "every scene of its scene list", "Detect the scenes again.");
    }

    public void Dispose() => _stills?.Delete(recursive: true);
}
