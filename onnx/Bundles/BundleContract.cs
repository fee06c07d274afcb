using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

/// <summary>
/// What the models of a bundle must be called and take: inputs are bound by name, so that bundles exported elsewhere work
/// too, whatever the order of their inputs.
/// </summary>
static class BundleContract
{
    const string ResidualIn = "down_block_", ResidualOut = "down_block_res_";

    static readonly (string Model, string[] Inputs, string[] Outputs)[] s_contract =
    [
        (BundleFiles.TextEncoder, ["input_ids"], ["last_hidden_state"]),
        (BundleFiles.Unet, ["sample", "timestep", "encoder_hidden_states", "down_block_0", "mid_block"], ["out_sample"]),
        (BundleFiles.ControlNet, ["sample", "timestep", "encoder_hidden_states", "controlnet_cond", "conditioning_scale"], ["down_block_res_0", "mid_block_res"]),
        (BundleFiles.VaeEncoder, ["sample"], ["mean", "logvar"]),
        (BundleFiles.VaeDecoder, ["latent_sample"], ["sample"]),
        (BundleFiles.Lpips, ["image0", "image1"], ["distance"]),
    ];

    /// <summary>The headers of all models there are, checked against the contract.</summary>
    /// <param name="folder">The bundle's.</param>
    /// <param name="recorded">
    /// Its manifest, or null. An optional model that it does not list is no part of the bundle: that is how one stands there
    /// while it is being added.
    /// </param>
    /// <exception cref="BadDataException">A model is missing, or lacks an input or output.</exception>
    public static Dictionary<string, OnnxHeader> ReadHeaders(string folder, BundleManifest? recorded)
    {
        var headers = new Dictionary<string, OnnxHeader>(StringComparer.Ordinal);
        string[] missing = [.. BundleFiles.Models.Append(BundleFiles.Vocabulary).Append(BundleFiles.Merges).Where(f => !File.Exists(Path.Combine(folder, f)))];
        if (missing.Length > 0) throw Bad($"The model bundle '{folder}'", $"no {string.Join(", no ", missing)}", "all files of a bundle");
        foreach (string model in BundleFiles.Models.Concat(BundleFiles.OptionalModels.Where(f => recorded?.Files.ContainsKey(f) ?? File.Exists(Path.Combine(folder, f)))))
            headers.Add(model, OnnxFileCheck.Read(SafePath.Relative(folder, model, $"The model bundle '{folder}'")));

        foreach ((string model, string[] inputs, string[] outputs) in s_contract)
        {
            if (!headers.TryGetValue(model, out OnnxHeader? header)) continue;   // an optional one
            Names(folder, model, "input", inputs, header.Inputs);
            Names(folder, model, "output", outputs, header.Outputs);
        }
        int gives = Residuals(headers), takes = headers[BundleFiles.Unet].Inputs.Count(i => Numbered(i.Name, ResidualIn));
        if (gives != takes)
            throw Bad($"The model bundle '{folder}'", $"a ControlNet with {gives} residuals and a UNet that takes {takes}", "as many of both");
        return headers;
    }

    /// <summary>How many down residuals the ControlNet gives.</summary>
    public static int Residuals(IReadOnlyDictionary<string, OnnxHeader> headers) =>
        headers[BundleFiles.ControlNet].Outputs.Count(o => Numbered(o.Name, ResidualOut));

    /// <summary>The manifest's numbers against the shapes in the models, where these are fixed.</summary>
    /// <exception cref="BadDataException">They differ.</exception>
    public static void CheckNumbers(string folder, BundleManifest manifest, IReadOnlyDictionary<string, OnnxHeader> headers)
    {
        Same("latentChannels", manifest.LatentChannels, Size(headers, BundleFiles.Unet, "sample", 1));
        Same("latentChannels", manifest.LatentChannels, Size(headers, BundleFiles.VaeDecoder, "latent_sample", 1));
        Same("controlChannels", manifest.ControlChannels, Size(headers, BundleFiles.ControlNet, "controlnet_cond", 1));
        Same("controlResiduals", manifest.ControlResiduals, Residuals(headers));
        Same("textWidth", manifest.TextWidth, Size(headers, BundleFiles.Unet, "encoder_hidden_states", 2));
        Same("textWidth", manifest.TextWidth, headers[BundleFiles.TextEncoder].Outputs.First(o => o.Name == "last_hidden_state").Dims is { Count: 3 } d ? d[2] : null);
        string recorded = manifest.Precision ?? ModelPrecision.Float32.Text, found = headers[BundleFiles.Unet].WeightType;
        if (recorded != found) throw Bad($"The manifest of '{folder}'", $"precision = {recorded}", $"{found}, as most weights of {BundleFiles.Unet} are");

        void Same(string field, int recorded, long? model)
        {
            if (model is { } size && size != recorded)
                throw Bad($"The manifest of '{folder}'", $"{field} = {recorded}", $"{size}, as in the models");
        }
    }

    /// <summary>The fixed size of an input's axis, or null.</summary>
    public static long? Size(IReadOnlyDictionary<string, OnnxHeader> headers, string model, string input, int axis) =>
        headers[model].Inputs.First(i => i.Name == input).Dims is { } dims && axis < dims.Count ? dims[axis] : null;

    static void Names(string folder, string model, string kind, string[] wanted, IReadOnlyList<OnnxValue> there)
    {
        if (wanted.FirstOrDefault(w => there.All(t => t.Name != w)) is { } missing)
            throw Bad($"The model '{Path.Combine(folder, model)}'", $"no {kind} '{missing}' among {SafePath.Shorten(string.Join(", ", there.Select(t => t.Name)), 300)}", string.Join(", ", wanted));
    }

    static bool Numbered(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0;

    static BadDataException Bad(string subject, string found, string expected) =>
        BadDataException.For(subject, found, expected, "Import the model again, or export it with these names.");
}
