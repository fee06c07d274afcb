using Alignment.Onnx.Bundles;
using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;
using Alignment.Onnx.Weights;

namespace Alignment.Onnx.Training;

/// <summary>
/// A ControlNet's training step as one graph: ControlNet (trained), UNet, decoder and LPIPS trunk (frozen), losses and gradients.
/// With latents x_t = √ᾱ x0 + √(1 − ᾱ) ε (Ho et al. 2020, eq. 4):
/// <code>
/// noisy_latents [batch, 4, h, w], noise [batch, 4, h, w]     x_t and ε
/// timestep [batch], alpha_bar [batch]                        t and ᾱ
/// encoder_hidden_states [batch, tokens, width]
/// controlnet_cond [batch, channels, f·h, f·w]                in 0 … 1
/// target_image [batch, 3, f·h, f·w], mask [batch, 1, f·h, f·w]   in −1 … 1; 1 inside the keyword's region
/// sample_weight [batch]                                      multiplies each sample's loss (min-SNR, say); 1 is plain
/// noise_weight, reconstruction_weight, lpips_weight, background_weight [1]
///
/// ε'    = UNet(x_t, t, text, ControlNet(x_t, t, text, control))
/// x0'   = (x_t − √(1 − ᾱ) ε') / √ᾱ
/// img   = decoder(x0' / scaling factor)                      not clamped
/// noise_mse         = mean_b weight_b · mean (ε' − ε)²
/// reconstruction_l1 = mean_b weight_b · mean |img − target|
/// lpips             = mean_b weight_b · LPIPS(img, target)_b
/// background_l1     = mean_b weight_b · mean ((1 − mask) |img − target|)     over all elements, inside and outside
/// loss              = Σ weight of the part · part            [1]
/// gradient.NAME     = ∂loss / ∂NAME, for every parameter "controlnet.…"
/// </code>
/// Inputs and outputs of losses that are not selected do not exist. A UNet that predicts v (Salimans and Ho 2022) is compared
/// with v = √ᾱ ε − √(1 − ᾱ) x0, and x0' = √ᾱ x_t − √(1 − ᾱ) v'.
/// </summary>
static class ControlNetTrainingGraph
{
    // Scopes, which begin the names of weights.
    public const string Control = "controlnet", UNet = "unet", Vae = "vae", Lpips = "lpips";

    // Where the model's metadata names its losses.
    public const string LossesKey = "alignment.losses";

    const TrainingLosses NeedPicture = TrainingLosses.Reconstruction | TrainingLosses.Lpips | TrainingLosses.Background;

    /// <summary>
    /// <paramref name="prediction"/> is <c>epsilon</c> or <c>v_prediction</c>; <paramref name="weights"/> are the frozen ones under "unet",
    /// "vae" and "lpips", as far as the losses need them. Without <paramref name="gradients"/>: an evaluation model.
    /// </summary>
    public static OnnxModel Author(BundleConfigs configs, string prediction, IWeights weights, TrainingArtifactOptions options,
        bool gradients = true)
    {
        Check(configs, prediction, options.Losses);
        var graph = new ModelGraph(gradients ? "controlnet_training" : "controlnet_eval")
        {
            Trainable = n => n.StartsWith(Control + '.', StringComparison.Ordinal),
        };
        graph.Metadata[LossesKey] = options.Losses.Text();

        // 1. The prediction.
        Dim batch = Dim.Named("batch"), height = Dim.Named("height"), width = Dim.Named("width"), factor = configs.ControlNet.ImageToLatent;
        Value noisy = graph.Input("noisy_latents", graph.FloatType, batch, configs.UNet.InChannels, height, width);
        Value timestep = graph.Input("timestep", graph.FloatType, batch);
        Value text = graph.Input("encoder_hidden_states", graph.FloatType, batch, Dim.Named("tokens"), configs.UNet.CrossAttentionWidth);
        Value control = graph.Input("controlnet_cond", graph.FloatType, batch, configs.ControlNet.ConditioningChannels, factor * height,
            factor * width);
        var inputs = new UNetParts.Inputs(noisy, timestep, text);
        IReadOnlyList<Value> down;
        Value middle, predicted;
        using (graph.Scope(Control)) (down, middle) = ControlNet.Apply(inputs, control, configs.ControlNet);
        using (graph.Scope(UNet)) predicted = UNet2DCondition.Apply(inputs, down, middle, configs.UNet);

        // 2. The parts of the loss.
        Value sampleWeight = graph.Input("sample_weight", graph.FloatType, batch);
        bool v = prediction == "v_prediction";
        // [B, 1, 1, 1]
        Value? alpha = v || (options.Losses & NeedPicture) != 0 ? graph.Input("alpha_bar", graph.FloatType, batch).Unsqueeze(1, 2, 3)
            : null;
        var parts = new List<(string Name, string Weight, Value PerSample)>();
        if (options.Losses.HasFlag(TrainingLosses.Noise))
        {
            Value target = graph.Input("noise", graph.FloatType, batch, configs.UNet.InChannels, height, width);
            // √ᾱ ε − √(1 − ᾱ) x0 with x0 = (x_t − √(1 − ᾱ) ε) / √ᾱ
            if (v) target = (target - (1 - alpha!).Sqrt() * noisy) / alpha!.Sqrt();
            Value error = predicted - target;
            parts.Add(("noise_mse", "noise_weight", PerSample(error * error)));
        }
        if (alpha is not null && (options.Losses & NeedPicture) != 0)
            AddPictureParts(parts, Clean(noisy, predicted, alpha, v), configs, options.Losses);

        // 3. Their sum and its gradients.
        Value? loss = null;
        foreach (var (name, weight, perSample) in parts)
        {
            Value part = (perSample * sampleWeight).Mean([], keep: false);
            graph.Output(name, part);
            Value term = part * graph.Input(weight, graph.FloatType, 1);
            loss = loss is null ? term : loss + term;
        }
        if (gradients)
        {
            IReadOnlyList<Value> by = Gradient.Of(loss!, graph.Parameters, options.Recompute ? Segments.Blocks : null);
            for (int i = 0; i < by.Count; i++) graph.Output(TrainingSession.GradientPrefix + graph.Parameters[i].Name, by[i]);
        }
        graph.Output("loss", loss!);
        return new(graph, weights);
    }

    static void AddPictureParts(List<(string, string, Value)> parts, Value clean, BundleConfigs configs, TrainingLosses losses)
    {
        ModelGraph graph = clean.Graph;
        Value latent = clean / configs.Vae.ScalingFactor, picture;
        using (graph.Scope(Vae)) picture = AutoencoderKL.Decode(latent, configs.Vae, configs.NewVaeNames);
        Value target = graph.Input("target_image", graph.FloatType, [.. picture.Shape]);
        Value difference = (picture - target).Abs();
        if (losses.HasFlag(TrainingLosses.Reconstruction)) parts.Add(("reconstruction_l1", "reconstruction_weight", PerSample(difference)));
        if (losses.HasFlag(TrainingLosses.Lpips))
            using (graph.Scope(Lpips)) parts.Add(("lpips", "lpips_weight", Models.Lpips.Distance(picture, target, configs.Lpips!)));
        if (losses.HasFlag(TrainingLosses.Background))
        {
            Value mask = graph.Input("mask", graph.FloatType, picture[0], 1, picture[2], picture[3]);
            parts.Add(("background_l1", "background_weight", PerSample((1 - mask) * difference)));
        }
    }

    // x0'.
    static Value Clean(Value noisy, Value predicted, Value alpha, bool v)
    {
        Value signal = alpha.Sqrt(), noise = (1 - alpha).Sqrt();
        return v ? signal * noisy - noise * predicted : (noisy - noise * predicted) / signal;
    }

    static Value PerSample(Value x) => x.Mean([1, 2, 3], keep: false);

    static void Check(BundleConfigs configs, string prediction, TrainingLosses losses)
    {
        if (losses == TrainingLosses.None) throw UsageException.For("The losses", "none", "at least one", "Ask for the noise loss.");
        if (losses.HasFlag(TrainingLosses.Lpips) && configs.Lpips is null)
            throw UsageException.For("The losses", "lpips for a bundle without lpips.onnx", "a bundle that has it",
                "Import one with LpipsImport or 'alignment models import --lpips', or leave that loss out.");
        if (prediction is not ("epsilon" or "v_prediction"))
            throw UsageException.For("The model to train", $"prediction type '{SafePath.Shorten(prediction)}'", "epsilon or v_prediction",
                "Models that predict the sample itself cannot be trained.");
    }
}
