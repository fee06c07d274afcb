using Alignment.Onnx.Bundles;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alignment.Transforms.Diffusion.Sampling;

// The text encoder's last hidden state [tokens, width], and how many tokens did not fit (prompts have up to 75).
sealed record PromptEmbedding(ReadOnlyMemory<float> Values, int CutTokens);

// Each prompt is encoded once.
sealed class PromptEncoder(ModelBundle bundle, BundleSessions sessions)
{
    // One embedding takes 0.24 MB in Stable Diffusion 1.5.
    const int MaxCached = 64;

    readonly Lazy<ClipTokenizer> _tokenizer = new(() => ClipTokenizer.Load(Path.Combine(bundle.Folder, "tokenizer"),
        bundle.Manifest.Tokenizer.Length));
    readonly Dictionary<string, PromptEmbedding> _cache = [];

    public int Tokens => _tokenizer.Value.Length;

    public PromptEmbedding Encode(string prompt)
    {
        if (_cache.TryGetValue(prompt, out PromptEmbedding? known)) return known;
        var ids = new long[Tokens];
        int cut = _tokenizer.Value.EncodePadded(prompt, ids);
        using OrtValue input = sessions.TextEncoder.InputMetadata["input_ids"].ElementDataType == TensorElementType.Int32
            ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(ids, id => (int)id), [1, Tokens])
            : OrtValue.CreateTensorValueFromMemory(ids, [1, Tokens]);
        var embedding = new PromptEmbedding(sessions.Run(sessions.TextEncoder, "input_ids", input, "last_hidden_state")[0], cut);
        if (_cache.Count >= MaxCached) _cache.Clear();
        _cache.Add(prompt, embedding);
        return embedding;
    }
}
