using Alignment.Transforms.Attention;
using Alignment.Transforms.MlNetPlumbing;

namespace Alignment.Transforms.Stages;

/// <summary>What to do with a scene that was not in the data <c>Fit</c> saw.</summary>
public enum UnseenScene
{
    /// <summary>Stop with an error that names it: its window cannot be known.</summary>
    Refuse,

    /// <summary>Give it window −1.</summary>
    MinusOne,
}

/// <summary>Options of <see cref="AssignTemporalWindowEstimator"/>.</summary>
public sealed record AssignTemporalWindowOptions : IStageOptions
{
    /// <summary>text – the video's id.</summary>
    public string VideoIdColumn { get; init; } = SceneColumns.VideoId;

    /// <summary>int32 – the scene's number; only its order within the video counts.</summary>
    public string SceneNumberColumn { get; init; } = SceneColumns.SceneNumber;

    /// <summary>int32 – 0 early, 1 middle, 2 late.</summary>
    public string OutputColumn { get; init; } = SceneColumns.TemporalWindow;

    /// <summary>What to do with a scene that was not there at Fit.</summary>
    public UnseenScene Unseen { get; init; } = UnseenScene.Refuse;

    /// <inheritdoc/>
    public void Check() => this.RequireKnown(Unseen);
}

/// <summary>
/// Assigns each scene to the first, middle or last third of its video: scene i of n (0-based, by ascending number, gaps
/// and repeats ignored) belongs to window ⌊3 i / n⌋. Fit learns each video's scenes, so that single rows can be
/// transformed later.
/// </summary>
public sealed class AssignTemporalWindowEstimator : SceneEstimator<AssignTemporalWindowTransformer>
{
    internal AssignTemporalWindowEstimator(AssignTemporalWindowOptions options) : base(new AssignTemporalWindowTransformer(options, new()))
    {
    }

    /// <inheritdoc/>
    public override AssignTemporalWindowTransformer Fit(IDataView input)
    {
        var options = base.Fit(input).Options;
        var learned = new Dictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        var (video, number) = (input.Schema[options.VideoIdColumn], input.Schema[options.SceneNumberColumn]);
        using var cursor = input.GetRowCursor([video, number]);
        var getVideo = cursor.GetGetter<ReadOnlyMemory<char>>(video);
        var getNumber = cursor.GetGetter<int>(number);
        var byText = learned.GetAlternateLookup<ReadOnlySpan<char>>();
        ReadOnlyMemory<char> id = default;
        int scene = 0;
        while (cursor.MoveNext())
        {
            getVideo(ref id);
            getNumber(ref scene);
            if (!byText.TryGetValue(id.Span, out var scenes)) byText[id.Span] = scenes = [];
            scenes.Add(scene);
        }
        return new AssignTemporalWindowTransformer(options,
            learned.ToDictionary(v => v.Key, v => v.Value.ToArray(), StringComparer.Ordinal));
    }
}

/// <inheritdoc cref="AssignTemporalWindowEstimator"/>
public sealed class AssignTemporalWindowTransformer : SceneTransformer<AssignTemporalWindowOptions>
{
    internal const string Name = "AssignTemporalWindow";

    readonly Dictionary<string, int[]> _scenes;

    internal AssignTemporalWindowTransformer(AssignTemporalWindowOptions options, Dictionary<string, int[]> scenes)
        : base(Name, options) => _scenes = scenes;

    /// <summary>The videos Fit saw, in ordinal order, with the number of scenes of each; fewer than three leave a window empty.</summary>
    public IReadOnlyList<(string VideoId, int Scenes)> Videos =>
        [.. _scenes.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, v.Value.Length))];

    internal static AssignTemporalWindowTransformer Load(BinaryReader from)
    {
        var options = StageModel.ReadOptions<AssignTemporalWindowOptions>(from, Name, StageModel.FirstVersion);
        return StageModel.ReadLearned(Name, () =>
        {
            var scenes = new Dictionary<string, int[]>(StringComparer.Ordinal);
            for (int videos = from.ReadInt32(); videos > 0; videos--)
            {
                string id = from.ReadString();
                // Counted up, not allocated by the number in the file: a damaged one must not take memory.
                var numbers = new List<int>();
                for (int n = from.ReadInt32(); n > 0; n--) numbers.Add(from.ReadInt32());
                for (int i = 1; i < numbers.Count; i++)
                    if (numbers[i] <= numbers[i - 1]) throw new FormatException("scene numbers out of order");
                if (!scenes.TryAdd(id, [.. numbers])) throw new FormatException("a video twice");
            }
            return new AssignTemporalWindowTransformer(options, scenes);
        });
    }

    private protected override void SaveLearned(BinaryWriter to)
    {
        to.Write(_scenes.Count);
        foreach (var (id, numbers) in _scenes.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            to.Write(id);
            to.Write(numbers.Length);
            foreach (int n in numbers) to.Write(n);
        }
    }

    internal override void Describe(StageColumns columns)
    {
        var video = columns.Text(Options.VideoIdColumn);
        var number = columns.Int(Options.SceneNumberColumn);
        columns.Make<int>(Options.OutputColumn, NumberDataViewType.Int32, [video, number], row =>
        {
            var getVideo = row.Getter<ReadOnlyMemory<char>>(video);
            var getNumber = row.Getter<int>(number);
            var byText = _scenes.GetAlternateLookup<ReadOnlySpan<char>>();
            ReadOnlyMemory<char> id = default;
            return (ref int window) =>
            {
                int scene = 0;
                getVideo(ref id);
                getNumber(ref scene);
                window = byText.TryGetValue(id.Span, out int[]? numbers) && Array.BinarySearch(numbers, scene) is >= 0 and int index
                    ? TemporalWindows.Of(index, numbers.Length)
                    : Unseen(row, id, scene, numbers);
            };
        });
    }

    int Unseen(StageRow row, ReadOnlyMemory<char> video, int scene, int[]? numbers)
    {
        if (Options.Unseen == UnseenScene.MinusOne) return -1;
        string name = SafePath.Shorten(video.ToString());
        throw numbers is null
            ? BadRow(row, $"the video '{name}'", FormattableString.Invariant($"one of the {_scenes.Count} videos Fit saw"),
            "Fit on data that holds this video, or set Unseen to MinusOne.")
            : BadRow(row, $"scene {scene.ToString(CultureInfo.InvariantCulture)} of '{name}'",
            FormattableString.Invariant($"one of the {numbers.Length} scenes Fit saw"),
                "Fit on data that holds all scenes of the video, or set Unseen to MinusOne.");
    }
}
