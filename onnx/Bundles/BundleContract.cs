using Alignment.Onnx.Graph;
using Alignment.Onnx.Runtime;

namespace Alignment.Onnx.Bundles;

// The names of a bundle's models, inputs and outputs, which are bound by name.
static class BundleContract
{
    const string ResidualIn = "down_block_", ResidualOut = "down_block_res_";

    static readonly (string Model, string[] Inputs, string[] Outputs)[] s_contract =
    [
        (BundleFiles.TextEncoder, ["input_ids"], ["last_hidden_state"]),
        (BundleFiles.Unet, ["sample", "timestep", "encoder_hidden_states", "down_block_0", "mid_block"], ["out_sample"]),
        (BundleFiles.ControlNet, ["sample", "timestep", "encoder_hidden_states", "controlnet_cond", "conditioning_scale"],
            ["down_block_res_0", "mid_block_res"]),
        (BundleFiles.VaeEncoder, ["sample"], ["mean", "logvar"]),
        (BundleFiles.VaeDecoder, ["latent_sample"], ["sample"]),
        (BundleFiles.Lpips, ["image0", "image1"], ["distance"]),
    ];

    /// <summary>
    /// The headers of all models, checked. An optional model that a <paramref name="recorded"/> manifest does not list is being added, and
    /// is no part of the bundle yet.
    /// </summary>
    public static Dictionary<string, OnnxHeader> ReadHeaders(string folder, BundleManifest? recorded)
    {
        var headers = new Dictionary<string, OnnxHeader>();
        string subject = $"The model bundle '{folder}'";
        bool Exists(string file) => File.Exists(Path.Combine(folder, file));
        string[] missing = [.. BundleFiles.Models.Append(BundleFiles.Vocabulary).Append(BundleFiles.Merges).Where(f => !Exists(f))];
        if (missing.Length > 0) throw Bad(subject, $"no {string.Join(", no ", missing)}", "all files of a bundle");
        foreach (string model in BundleFiles.Models.Concat(BundleFiles.OptionalModels.Where(f => recorded?.Files.ContainsKey(f)
            ?? Exists(f))))
            headers.Add(model, OnnxFileCheck.Read(SafePath.Relative(folder, model, subject)));

        foreach ((string model, string[] inputs, string[] outputs) in s_contract)
        {
            if (!headers.TryGetValue(model, out OnnxHeader? header)) continue;   // an optional one
            Names(folder, model, "input", inputs, header.Inputs);
            Names(folder, model, "output", outputs, header.Outputs);
        }
        int gives = Residuals(headers), takes = headers[BundleFiles.Unet].Inputs.Count(i => Numbered(i.Name, ResidualIn));
        if (gives != takes)
            throw Bad(subject, $"a ControlNet with {gives} residuals and a UNet that takes {takes}", "as many of both");
        return headers;
    }

    public static int Residuals(IReadOnlyDictionary<string, OnnxHeader> headers) =>
        headers[BundleFiles.ControlNet].Outputs.Count(o => Numbered(o.Name, ResidualOut));

    // Numbers of the manifest must equal the models' fixed shapes.
    public static void CheckNumbers(string folder, BundleManifest manifest, IReadOnlyDictionary<string, OnnxHeader> headers)
    {
        Same("latentChannels", manifest.LatentChannels, Size(headers, BundleFiles.Unet, "sample", 1));
        Same("latentChannels", manifest.LatentChannels, Size(headers, BundleFiles.VaeDecoder, "latent_sample", 1));
        Same("controlChannels", manifest.ControlChannels, Size(headers, BundleFiles.ControlNet, "controlnet_cond", 1));
        Same("controlResiduals", manifest.ControlResiduals, Residuals(headers));
        Same("textWidth", manifest.TextWidth, Size(headers, BundleFiles.Unet, "encoder_hidden_states", 2));
        IReadOnlyList<long?> states = headers[BundleFiles.TextEncoder].Outputs.First(o => o.Name == "last_hidden_state").Dims;
        Same("textWidth", manifest.TextWidth, states.Count == 3 ? states[2] : null);
        string recorded = manifest.Precision ?? ModelPrecision.Float32.Text, found = headers[BundleFiles.Unet].WeightType;
        if (recorded != found)
            throw Bad($"The manifest of '{folder}'", $"precision = {recorded}", $"{found}, as most weights of {BundleFiles.Unet} are");

        void Same(string field, int recorded, long? model)
        {
            if (model is { } size && size != recorded)
                throw Bad($"The manifest of '{folder}'", $"{field} = {recorded}", $"{size}, as in the models");
        }
    }

    public static long? Size(IReadOnlyDictionary<string, OnnxHeader> headers, string model, string input, int axis) =>
        headers[model].Inputs.First(i => i.Name == input).Dims is { } dims && axis < dims.Count ? dims[axis] : null;

    static void Names(string folder, string model, string kind, string[] wanted, IReadOnlyList<OnnxValue> there)
    {
        if (wanted.FirstOrDefault(w => there.All(t => t.Name != w)) is { } missing)
            throw Bad($"The model '{Path.Combine(folder, model)}'",
                $"no {kind} '{missing}' among {SafePath.Shorten(string.Join(", ", there.Select(t => t.Name)), 300)}",
                string.Join(", ", wanted));
    }

    static bool Numbered(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name[prefix.Length..].All(char.IsAsciiDigit);

    static BadDataException Bad(string subject, string found, string expected) =>
        BadDataException.For(subject, found, expected, "Import the model again, or export it with these names.");
}
