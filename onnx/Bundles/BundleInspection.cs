using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

/// <summary>A bundle's description, as <c>alignment models inspect</c> shows it.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Hash">The model's identity, as <see cref="ModelBundle.Hash"/>.</param>
/// <param name="Manifest">Its numbers, licence and origin.</param>
/// <param name="Assumptions">What no file says.</param>
/// <param name="Files">In ordinal order.</param>
/// <param name="Models">In ordinal order.</param>
public sealed record BundleInspection(
    string Folder,
    string Hash,
    BundleManifest Manifest,
    IReadOnlyList<string> Assumptions,
    IReadOnlyList<InspectedFile> Files,
    IReadOnlyList<InspectedModel> Models)
{
    /// <summary>Bytes on disk, all files together.</summary>
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>Stored elements, all models together.</summary>
    public long Parameters => Models.Sum(m => m.Parameters);
}

/// <summary>A file of a bundle; the hash is null where no manifest records it.</summary>
public sealed record InspectedFile(string Name, long Bytes, string? Sha256);

/// <summary>A model of a bundle; <paramref name="Bytes"/> includes external data, <paramref name="WeightType"/> is that of most
/// weights.</summary>
public sealed record InspectedModel(
    string File, long Parameters, long Bytes, long Opset, string WeightType, IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs);
