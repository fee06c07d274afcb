namespace Alignment.Onnx.Weights;

sealed class ShardedWeights : IWeights, IDisposable
{
    // The largest published models have some two hundred.
    const int MaxShards = 1000;

    readonly Dictionary<string, SafetensorsFile> _shards = [];
    readonly Dictionary<string, SafetensorsFile> _shardOf = [];
    readonly Dictionary<string, WeightInfo> _infos = [];
    readonly string _subject;

    ShardedWeights(string subject) => _subject = subject;

    public IReadOnlyDictionary<string, WeightInfo> Infos => _infos;

    // The files must lie in the index's folder.
    public static ShardedWeights Open(string indexPath)
    {
        string full = Path.GetFullPath(indexPath);
        string folder = Path.GetDirectoryName(full)!;
        Dictionary<string, string> map = StrictJson.ReadFile(full, root =>
            root.GetProperty("weight_map").EnumerateObject()
            .ToDictionary(e => e.Name, e => e.Value.GetString() ?? ""));

        return Disposables.Guard(new ShardedWeights($"The index '{full}'"), weights =>
        {
            foreach (string shard in map.Values.Distinct().Order(StringComparer.Ordinal))
                weights.OpenShard(folder, shard);
            foreach ((string tensor, string shard) in map) weights.Place(tensor, shard);
            return weights;
        });
    }

    public void Read(string name, long start, Span<float> into) => ShardOf(name).Read(name, start, into);

    public void Read(string name, long start, Span<Half> into) => ShardOf(name).Read(name, start, into);

    SafetensorsFile ShardOf(string name) => _shardOf.TryGetValue(name, out SafetensorsFile? shard)
        ? shard
        : throw Bad($"no tensor '{SafePath.Shorten(name)}'", "one of that name", "Check that this is the model you meant.");

    public void Dispose()
    {
        foreach (SafetensorsFile shard in _shards.Values) shard.Dispose();
    }

    void OpenShard(string folder, string shard)
    {
        if (_shards.Count == MaxShards) throw Bad("more files than that", $"at most {MaxShards}", "Merge the shards.");
        string path = SafePath.Under(folder, shard);
        if (!File.Exists(path)) throw Bad($"no file '{SafePath.Shorten(shard)}' beside it", "every file it names",
            "Download the missing file.");
        _shards.Add(shard, SafetensorsFile.Open(path));
    }

    void Place(string tensor, string shard)
    {
        SafetensorsFile file = _shards[shard];
        if (!file.Infos.TryGetValue(tensor, out WeightInfo? info))
            throw Bad($"the tensor '{SafePath.Shorten(tensor)}' said to be in '{shard}', which does not hold it", "it there",
                "Download the files of one and the same version.");
        _shardOf.Add(tensor, file);
        _infos.Add(tensor, info);
    }

    BadDataException Bad(string found, string expected, string nextStep) => BadDataException.For(_subject, found, expected, nextStep);
}
