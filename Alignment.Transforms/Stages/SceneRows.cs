using Alignment.Transforms.Diffusion.Sampling;
using Alignment.Transforms.Images;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>The edit of a row, decoded when it is first read; rows of a scene with equal controls share it.</summary>
/// <param name="decode">[3,H,W] in 0..1.</param>
/// <param name="strip">From that picture to the preview.</param>
sealed class EditedRow(Func<float[]> decode, Func<float[], RgbPicture> strip)
{
    float[]? _picture;

    public float[] Picture => _picture ??= decode();

    public RgbPicture Preview => strip(Picture);

    public double PrepareSeconds { get; init; }

    public double DenoiseSeconds { get; init; }
}

// The columns an edit is made of.
sealed record EditColumns(StageInput Image, StageInput Control, StageInput Keyword, StageInput Video, StageInput Number,
    StageInput? RegionPixels)
{
    public StageInput[] All => [Image, Control, Keyword, Video, Number,
        .. RegionPixels is null ? Array.Empty<StageInput>() : [RegionPixels]];
}

// The rows of one cursor on their way through the editor: read and encoded, denoised, and left to be decoded.
sealed class SceneRows(EditSceneOptions options, EditColumns columns, Func<ISceneEditor> open)
{
    // Edits that wait to be decoded, for each scene ahead: about as many as a scene has.
    const int EditsAScene = 4;

    readonly Lazy<ISceneEditor> _editor = new(open);

    // The row at hand, for itself.
    public Func<EditedRow> One(StageRow row)
    {
        var reader = new Reader(columns, options.Edit, row);
        return () =>
        {
            Group group = Encoded(reader.Read(new(), 0));
            AheadResult<EditedRow> edit = Denoised(group, CancellationToken.None).First();
            return edit.Failure is { } failure ? throw failure : edit.Result;
        };
    }

    // Rows ahead of whoever reads the results.
    public IEnumerable<AheadResult<EditedRow>> Ahead(IEnumerable<StageRow> rows, CancellationToken cancellationToken)
    {
        using var room = new SemaphoreSlim(options.Ahead + 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IEnumerable<Group> prepared = Prepared(rows, room, stop.Token);
        if (options.Ahead > 0) prepared = Prefetched(prepared, options.Ahead);
        IEnumerable<AheadResult<EditedRow>> denoised = Denoised(prepared, room, stop);
        if (options.Ahead > 0) denoised = Prefetched(denoised, EditsAScene * options.Ahead);
        foreach (AheadResult<EditedRow> result in denoised) yield return result;
    }

    static IEnumerable<T> Prefetched<T>(IEnumerable<T> source, int ahead)
    {
        using var items = new Prefetch<T>(source, ahead);
        while (items.MoveNext()) yield return items.Current;
    }

    IEnumerable<Group> Prepared(IEnumerable<StageRow> rows, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        Reader? reader = null;
        Group? group = null;
        long id = 0, at = 0;
        foreach (StageRow row in rows)
        {
            if (group is null || row.Group != id)
            {
                if (group is not null) yield return Encoded(group);
                room.Wait(cancellationToken);
                (group, id) = (new(), row.Group);
            }
            (reader ??= new(columns, options.Edit, row)).Read(group, at++);
        }
        if (group is not null) yield return Encoded(group);
    }

    // A place is free again when the scene's first edit is there: then the next scene may be held.
    IEnumerable<AheadResult<EditedRow>> Denoised(IEnumerable<Group> groups, SemaphoreSlim room, CancellationTokenSource stop)
    {
        IEnumerator<Group> source = groups.GetEnumerator();
        try
        {
            while (source.MoveNext())
            {
                bool isFirst = true;
                stop.Token.ThrowIfCancellationRequested();
                foreach (AheadResult<EditedRow> edit in Denoised(source.Current, stop.Token))
                {
                    if (isFirst) room.Release();
                    isFirst = false;
                    yield return edit;
                }
            }
        }
        finally
        {
            stop.Cancel();   // first: whoever reads ahead may wait for a place
            source.Dispose();
        }
    }

    Group Encoded(Group group)
    {
        try
        {
            if (group.Failure is null)
                foreach (Scene scene in group.Scenes.Where(s => !s.IsUntouched)) scene.Encoded = _editor.Value.Encode(scene.Input);
        }
        catch (BadDataException e)
        {
            group.Failure = e;
        }
        group.PrepareSeconds = TimeProvider.System.GetElapsedTime(group.Began).TotalSeconds;
        return group;
    }

    IEnumerable<AheadResult<EditedRow>> Denoised(Group group, CancellationToken cancellationToken)
    {
        double prepareSeconds = group.PrepareSeconds;
        foreach (Scene scene in group.Failure is null ? group.Scenes : [])
        {
            if (scene.IsUntouched)
            {
                var same = new EditedRow(() => DiffusionEditor.FromModelRange([.. scene.Image]), _ => Strip(scene, null, []));
                foreach (long row in scene.Rows[0]) yield return new(row, same);
                continue;
            }
            using IEnumerator<DenoisedEdit> edits = _editor.Value.Denoise(scene.Input, scene.Encoded, options.PreviewInterval,
                cancellationToken).GetEnumerator();
            for (int next = 0; Next(edits, group); next++)
            {
                DenoisedEdit edit = edits.Current;
                var edited = new EditedRow(() => _editor.Value.Decode(scene.Id, edit), picture => Strip(scene, edit, picture))
                {
                    PrepareSeconds = prepareSeconds,
                    DenoiseSeconds = edit.Seconds,
                };
                prepareSeconds = 0;
                foreach (long row in scene.Rows[edit.Control]) yield return new(row, edited);
                scene.Rows[edit.Control] = [];
            }
            if (group.Failure is not null) break;
        }
        if (group.Failure is null) yield break;
        foreach (long row in group.Scenes.SelectMany(s => s.Rows).SelectMany(r => r).Concat(group.Unread))
            yield return new(row, null!, group.Failure);
    }

    static bool Next(IEnumerator<DenoisedEdit> edits, Group group)
    {
        try
        {
            return edits.MoveNext();
        }
        catch (BadDataException e)
        {
            group.Failure = e;
            return false;
        }
    }

    RgbPicture Strip(Scene scene, DenoisedEdit? edit, float[] picture)
    {
        var before = new PlanarPicture(DiffusionEditor.FromModelRange([.. scene.Image]), columns.Image.Width, columns.Image.Height);
        return PreviewStrip.Of(before, edit is null ? [] : _editor.Value.Guesses(edit),
            edit is null ? before : before with { Values = picture });
    }

    // The rows of one scene in the source; where one cannot be read, none is edited.
    sealed class Group
    {
        public long Began { get; } = TimeProvider.System.GetTimestamp();

        public double PrepareSeconds { get; set; }

        public List<Scene> Scenes { get; } = [];

        public BadDataException? Failure { get; set; }

        // Rows from the failure on.
        public List<long> Unread { get; } = [];
    }

    // A picture and prompt with the distinct controls to edit it under, and the rows that have each.
    sealed record Scene(string Id, string Prompt, float[] Image)
    {
        public List<float[]> Controls { get; } = [];

        public List<List<long>> Rows { get; } = [];

        public object? Encoded { get; set; }

        // Nothing may change: there is one result, the scene itself.
        public bool IsUntouched => Controls is [[]];

        public EditInput Input => new()
        {
            SceneId = Id,
            Prompt = Prompt,
            Image = Image,
            Controls = [.. Controls.Select(c => (ReadOnlyMemory<float>)c)],
        };

        public void Add(long row, ReadOnlySpan<float> control)
        {
            int known = 0;
            while (known < Controls.Count && !control.SequenceEqual(Controls[known])) known++;
            if (known == Controls.Count)
            {
                Controls.Add(control.ToArray());
                Rows.Add([]);
            }
            Rows[known].Add(row);
        }
    }

    sealed class Reader(EditColumns columns, EditOptions edit, StageRow row)
    {
        readonly ReadFloats _image = row.Floats(columns.Image), _control = row.Floats(columns.Control);
        readonly Func<string> _keyword = row.Text(columns.Keyword), _video = row.Text(columns.Video);
        readonly Func<int> _number = row.Value<int>(columns.Number);
        readonly Func<long>? _pixels = columns.RegionPixels is { } column ? row.Value<long>(column) : null;

        // Adds the row at hand.
        public Group Read(Group group, long at)
        {
            try
            {
                if (group.Failure is null)
                {
                    Add(group, at);
                    return group;
                }
            }
            catch (BadDataException e)
            {
                group.Failure = e;
            }
            group.Unread.Add(at);
            return group;
        }

        void Add(Group group, long at)
        {
            string id = SceneId.Of(_video(), _number()), prompt = edit.PromptFor(_keyword());
            ReadOnlySpan<float> control = _pixels?.Invoke() == 0 ? [] : _control(), image = _image();
            Scene? scene = group.Scenes.LastOrDefault();
            if (scene is null || scene.Id != id || scene.Prompt != prompt || scene.IsUntouched != control.IsEmpty
                || !image.SequenceEqual(scene.Image))
                group.Scenes.Add(scene = new(id, prompt, image.ToArray()));
            scene.Add(at, control);
        }
    }
}
