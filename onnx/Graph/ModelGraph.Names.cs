namespace Alignment.Onnx.Graph;

// Scopes and unique names.
sealed partial class ModelGraph
{
    readonly List<string> _scopes = [];
    readonly HashSet<string> _names = [];
    readonly Dictionary<string, int> _repeats = [];

    /// <summary>
    /// Prefixes names until disposed: "conv1" in <c>Scope("down_blocks.0")</c> is the node "down_blocks.0/conv1" with the weight
    /// "down_blocks.0.conv1.weight".
    /// </summary>
    public IDisposable Scope(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _scopes.Add(name);
        return new OpenScope(this, _scopes.Count);
    }

    sealed class OpenScope(ModelGraph graph, int depth) : IDisposable
    {
        public void Dispose()
        {
            if (graph._scopes.Count >= depth) graph._scopes.RemoveRange(depth - 1, graph._scopes.Count - depth + 1);
        }
    }

    string UniqueName(string wanted)
    {
        string name = wanted;
        while (!_names.Add(name))
        {
            int n = _repeats.GetValueOrDefault(wanted) + 1;
            _repeats[wanted] = n;
            name = $"{wanted}_{n}";
        }
        return name;
    }

    void TakeName(string name, string kind)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_names.Add(name)) throw GraphException.For($"The {kind} '{name}'", "a name already taken in this graph", "a new one");
    }
}
