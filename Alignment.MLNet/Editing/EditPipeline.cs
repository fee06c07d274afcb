namespace Alignment.MLNet.Editing;

/// <summary>
/// Makes the edits of scenes: while one is denoised the next are read and encoded and those before decoded, composited and written, on one
/// thread beside the model's. Scenes come out in the order they went in, and their files are the same bytes as without overlap.
/// </summary>
/// <param name="scenes">Makes and writes.</param>
/// <param name="diffusion">The model; not owned.</param>
/// <param name="ahead">Scenes prepared ahead, and as many being finished; 0 for one thing after the other.</param>
/// <param name="log">Gets every edit's seconds.</param>
sealed class EditPipeline(SceneEditing scenes, ISceneDiffusion diffusion, int ahead, TimingLog log)
{
    readonly BackgroundQueue _side = new(ahead > 0);
    readonly Queue<OpenScene> _prepared = new(), _finishing = new();
    double _prepare, _denoise, _finish;
    long _edits;

    /// <summary>Called for every scene in order, on the thread that called <see cref="Run"/>: with what was done or why it could not be,
    /// and the number of edits written.</summary>
    public required Action<SceneToEdit, PreparedScene?, BadDataException?, int> Done { get; init; }

    /// <summary>Called after every edit that is written, where that was done.</summary>
    public required Action<SceneToEdit> Made { get; init; }

    sealed class OpenScene(SceneToEdit scene, Task<PreparedScene> prepared)
    {
        public SceneToEdit Scene => scene;

        public Task<PreparedScene> Prepared => prepared;

        public List<Task<bool>> Finishing { get; } = [];

        public BadDataException? Failure { get; set; }
    }

    /// <summary>Makes the edits of all.</summary>
    /// <param name="pending">What to edit, read as far as there is room.</param>
    /// <param name="cancellationToken">Stops between steps; what is denoised by then is still written.</param>
    public void Run(IEnumerable<SceneToEdit> pending, CancellationToken cancellationToken)
    {
        using IEnumerator<SceneToEdit> source = pending.GetEnumerator();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                // 1. As many scenes on their way as there is room for.
                while (_prepared.Count <= ahead && source.MoveNext()) _prepared.Enqueue(Open(source.Current, stop.Token));
                if (!_prepared.TryDequeue(out OpenScene? scene)) break;

                // 2. Denoise the first of them; what is done goes to the other thread.
                cancellationToken.ThrowIfCancellationRequested();
                _finishing.Enqueue(scene);
                try
                {
                    Denoise(scene, scene.Prepared.GetAwaiter().GetResult(), cancellationToken);
                }
                catch (BadDataException e)
                {
                    scene.Failure = e;
                }

                // 3. No more scenes in memory than allowed.
                while (_finishing.Count > ahead) CloseFirst();
            }
            while (_finishing.Count > 0) CloseFirst();
        }
        finally
        {
            // Where something failed or was cancelled: nothing may touch the model or the folder after this.
            stop.Cancel();
            foreach (OpenScene scene in _prepared.Concat(_finishing))
            {
                BackgroundQueue.Settle(scene.Prepared);
                foreach (Task task in scene.Finishing) BackgroundQueue.Settle(task);
            }
        }
    }

    /// <summary>Times so far.</summary>
    public EditTiming Timing(double seconds) => new(_edits, seconds, _prepare, _denoise, _finish);

    OpenScene Open(SceneToEdit scene, CancellationToken cancellationToken) => new(scene, _side.Start(() =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        long began = TimeProvider.System.GetTimestamp();
        PreparedScene made = scenes.Prepare(scene, diffusion);
        _prepare += Since(began);
        return made;
    }));

    void Denoise(OpenScene open, PreparedScene prepared, CancellationToken cancellationToken)
    {
        if (prepared.Pixels == 0)
        {
            foreach (ControlGroup group in prepared.Missing) Finish(open, prepared, group, null);
            return;
        }
        if (prepared.Missing.Count == 0) return;   // only its proofs were missing
        diffusion.Denoise(open.Scene, prepared.Image, prepared.Encoded, [.. prepared.Missing.Select(g => g.Control)], edit =>
        {
            _denoise += edit.Seconds;
            _edits++;
            Finish(open, prepared, prepared.Missing[edit.Control], edit);
        }, cancellationToken);
    }

    void Finish(OpenScene open, PreparedScene prepared, ControlGroup group, DenoisedEdit? edit) => open.Finishing.Add(_side.Start(() =>
    {
        long began = TimeProvider.System.GetTimestamp();
        scenes.Finish(prepared, group, edit, diffusion);
        double seconds = Since(began);
        _finish += seconds;
        log.Add(open.Scene, group, edit?.Seconds ?? 0, seconds);
        Made(open.Scene);
        return true;
    }));

    /// <summary>Waits until the first scene is written, and tells how it went. A failure that is not of its data ends the run.</summary>
    void CloseFirst()
    {
        OpenScene open = _finishing.Peek();
        int written = 0;
        foreach (Task<bool> task in open.Finishing)
            try
            {
                written += task.GetAwaiter().GetResult() ? 1 : 0;
            }
            catch (BadDataException e)
            {
                open.Failure ??= e;
            }
        _finishing.Dequeue();
        Done(open.Scene, open.Failure is null ? open.Prepared.GetAwaiter().GetResult() : null, open.Failure, written);
    }

    static double Since(long began) => TimeProvider.System.GetElapsedTime(began).TotalSeconds;
}
