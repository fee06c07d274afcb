using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

/// <summary>A bundle's description; <paramref name="Assumptions"/> are what no file says.</summary>
public sealed record BundleInspection(
    string Folder,
    string Hash,
    BundleManifest Manifest,
    IReadOnlyList<string> Assumptions,
    IReadOnlyList<InspectedFile> Files,
    IReadOnlyList<InspectedModel> Models)
{
    public long Bytes => Files.Sum(f => f.Bytes);

    /// <summary>Stored elements of all models.</summary>
    public long Parameters => Models.Sum(m => m.Parameters);
}

public sealed record InspectedFile(string Name, long Bytes, string? Sha256);

/// <summary><paramref name="Bytes"/> includes external data; <paramref name="WeightType"/> is that of most weights.</summary>
public sealed record InspectedModel(
    string File, long Parameters, long Bytes, long Opset, string WeightType, IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs);
