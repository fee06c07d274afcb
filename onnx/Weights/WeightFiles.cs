namespace Alignment.Onnx.Weights;

// Finds the weights in one folder of a diffusers or transformers model.
static class WeightFiles
{
    // diffusers' name first, then transformers'.
    static readonly string[] s_stems = ["diffusion_pytorch_model", "model"];

    // Full precision before fp16, one file before shards; the caller disposes them.
    public static OpenWeights Open(string folder)
    {
        foreach (string variant in (string[])["", ".fp16"])
            foreach (string stem in s_stems)
            {
                string single = Path.Combine(folder, $"{stem}{variant}.safetensors");
                if (File.Exists(single)) return new(SafetensorsFile.Open(single));
                // Both orders of the two endings are in use.
                foreach (string ending in (string[])[$"{variant}.safetensors.index.json", $".safetensors.index{variant}.json"])
                    if (Path.Combine(folder, stem + ending) is var index && File.Exists(index)) return new(ShardedWeights.Open(index));
            }
        string subject = $"The model folder '{folder}'";
        string expected = string.Join(" or ", s_stems.Select(s => s + ".safetensors"));
        if (!Directory.Exists(folder))
            throw BadDataException.For(subject, "that it does not exist", "a folder with config.json and " + expected,
                "Check the model's folder; download it completely.");
        string[] files = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        string? pickle = files.FirstOrDefault(f => Path.GetExtension(f) is ".bin" or ".ckpt" or ".pt" or ".pth");
        if (pickle is not null)
            throw BadDataException.For(subject, $"only pickled weights ('{SafePath.Shorten(pickle)}')", expected,
                "Pickles can run code and are never opened: convert them to safetensors, or download the safetensors variant of the "
                + "model.");
        string found = files.Length == 0 ? "no file" : $"only {SafePath.Shorten(string.Join(", ", files), 200)}";
        throw BadDataException.For(subject, found, expected, "Download the model completely.");
    }
}

sealed class OpenWeights(IWeights weights) : IDisposable
{
    public IWeights Weights { get; } = weights;

    public void Dispose() => (Weights as IDisposable)?.Dispose();
}
