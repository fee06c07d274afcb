using Alignment.Onnx.Gradients;
using Alignment.Onnx.Graph;
using Alignment.Onnx.Models;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>
/// The graphs that the tiny model's parts are trained with, one after the other. Each has its losses as outputs and
/// <c>gradient.NAME</c> for every trained tensor; weights are named under "vae", "text", "unet" and "controlnet".
/// </summary>
static partial class TinyTrainingGraphs
{
    /// <summary>The autoencoder's scope in <see cref="Autoencoder"/>.</summary>
    public const string VaeScope = "vae";

    /// <summary>The text encoder's scope.</summary>
    public const string TextScope = "text";

    /// <summary>The UNet's scope.</summary>
    public const string UNetScope = "unet";

    /// <summary>The ControlNet's scope.</summary>
    public const string ControlScope = "controlnet";

    /// <summary>The perceptual trunk's scope.</summary>
    public const string TrunkScope = "trunk";

    /// <summary>How much of the pull towards a unit normal (Kingma and Welling 2014, eq. 10, per latent element) the autoencoder's loss
    /// has: enough to keep latents smooth, too little to blur.</summary>
    const float NormalPull = 3e-4f;

    /// <summary>
    /// <code>
    /// image   [batch, 3, height, width]   in −1 … 1
    /// weight  [batch, 1, height, width]   how much each pixel counts
    /// noise   [batch, 4, height/4, width/4]
    /// → loss = absolute + square + pull · normal
    /// </code>
    /// </summary>
    public static ModelGraph Autoencoder()
    {
        var graph = new ModelGraph("tiny_autoencoder") { Trainable = _ => true };
        Dim batch = Dim.Named("batch"), h = Dim.Named("height"), w = Dim.Named("width"), factor = TinyBundle.Vae.ImageToLatent;
        Value image = graph.Input("image", graph.FloatType, batch, 3, factor * h, factor * w),
            weight = graph.Input("weight", graph.FloatType, batch, 1, factor * h, factor * w);
        Value noise = graph.Input("noise", graph.FloatType, batch, TinyBundle.Vae.LatentChannels, h, w);
        Value made, mean, logVariance;
        using (graph.Scope(VaeScope))
        {
            (mean, logVariance) = AutoencoderKL.Encode(image, TinyBundle.Vae);
            made = AutoencoderKL.Decode(mean + (logVariance * 0.5f).Exp() * noise, TinyBundle.Vae);
        }
        Value difference = made - image;
        Value absolute = (weight * difference.Abs()).Mean([], keep: false),
            square = (weight * difference * difference).Mean([], keep: false);
        Value normal = ((mean * mean + logVariance.Exp() - logVariance - 1) * 0.5f).Mean([], keep: false);
        return Finish(graph, absolute + square + normal * NormalPull, ("absolute", absolute), ("square", square), ("normal", normal));
    }

    /// <summary>
    /// Text encoder and UNet together, without control.
    /// <code>
    /// input_ids int64 [batch, 77], noisy_latents and noise [batch, 4, height, width], timestep [batch]
    /// → loss = mean (ε − noise)²
    /// </code>
    /// </summary>
    /// <param name="vocabulary">Tokens of the text encoder.</param>
    public static ModelGraph Denoiser(int vocabulary)
    {
        var graph = new ModelGraph("tiny_denoiser") { Trainable = _ => true };
        ClipTextConfig text = TinyBundle.Text(vocabulary);
        var (noisy, noise, timestep) = DenoiserInputs(graph);
        Value ids = graph.Input("input_ids", ElementType.Int64, noisy[0], text.Tokens), states, predicted;
        using (graph.Scope(TextScope)) states = ClipTextModel.Apply(ids, text);
        using (graph.Scope(UNetScope)) predicted = UNet2DCondition.Apply(new(noisy, timestep, states), [], null, TinyBundle.UNet);
        Value difference = predicted - noise;
        return Finish(graph, (difference * difference).Mean([], keep: false));
    }

    /// <summary>
    /// The ControlNet before a frozen UNet.
    /// <code>
    /// noisy_latents and noise [batch, 4, height, width], timestep [batch], encoder_hidden_states [batch, 77, width],
    /// controlnet_cond [batch, 2, 4·height, 4·width], weight [batch, 1, height, width]
    /// → loss = mean weight · (ε − noise)²
    /// </code>
    /// </summary>
    public static ModelGraph Control()
    {
        var graph = new ModelGraph("tiny_control") { Trainable = n => n.StartsWith(ControlScope, StringComparison.Ordinal) };
        var (noisy, noise, timestep) = DenoiserInputs(graph);
        Value states = graph.Input("encoder_hidden_states", graph.FloatType, noisy[0], 77, TinyBundle.UNet.CrossAttentionWidth);
        Dim factor = TinyBundle.Vae.ImageToLatent;
        Value control = graph.Input("controlnet_cond", graph.FloatType, noisy[0], 2, factor * noisy[2], factor * noisy[3]);
        Value weight = graph.Input("weight", graph.FloatType, noisy[0], 1, noisy[2], noisy[3]);
        var inputs = new UNetParts.Inputs(noisy, timestep, states);
        IReadOnlyList<Value> down;
        Value mid, predicted;
        using (graph.Scope(ControlScope)) (down, mid) = ControlNet.Apply(inputs, control, TinyBundle.Control);
        using (graph.Scope(UNetScope)) predicted = UNet2DCondition.Apply(inputs, down, mid, TinyBundle.UNet);
        Value difference = predicted - noise;
        return Finish(graph, (weight * difference * difference).Mean([], keep: false));
    }

    /// <summary>
    /// The perceptual distance's trunk as a classifier: the mean of each tap over positions, then one linear layer for the
    /// product and one for its colour ("head.product", "head.colour", thrown away afterwards).
    /// <code>
    /// image [batch, 3, height, width] in −1 … 1, product [batch, products] and colour [batch, colours] one-hot
    /// → loss = cross-entropy of both, in nats
    /// </code>
    /// </summary>
    public static ModelGraph Classifier(int products, int colours)
    {
        var graph = new ModelGraph("tiny_trunk") { Trainable = _ => true };
        Dim batch = Dim.Named("batch");
        Value image = graph.Input("image", graph.FloatType, batch, 3, Dim.Named("height"), Dim.Named("width"));
        Value product = graph.Input("product", graph.FloatType, batch, products),
            colour = graph.Input("colour", graph.FloatType, batch, colours);
        List<Value> taps;
        using (graph.Scope(TrunkScope)) taps = Lpips.Taps(image, TinyBundle.Trunk);
        Value features = Value.Concat(1, [.. taps.Select(t => t.Mean([2, 3], keep: false))]);
        Value Entropy(string name, Value wanted)
        {
            using var _ = graph.Scope("head");
            Value chance = features.LinearLayer(name, (int)wanted[1].Value).Softmax();
            return -(wanted * (chance + 1e-9f).Log()).Sum([1], keep: false).Mean([], keep: false);
        }
        Value ofProduct = Entropy("product", product), ofColour = Entropy("colour", colour);
        return Finish(graph, ofProduct + ofColour, ("of_product", ofProduct), ("of_colour", ofColour));
    }

    static (Value Noisy, Value Noise, Value Timestep) DenoiserInputs(ModelGraph graph)
    {
        Dim batch = Dim.Named("batch"), h = Dim.Named("height"), w = Dim.Named("width"), channels = TinyBundle.Vae.LatentChannels;
        return (graph.Input("noisy_latents", graph.FloatType, batch, channels, h, w),
            graph.Input("noise", graph.FloatType, batch, channels, h, w), graph.Input("timestep", ElementType.Float32, batch));
    }

    static ModelGraph Finish(ModelGraph graph, Value loss, params ReadOnlySpan<(string Name, Value Part)> parts)
    {
        IReadOnlyList<Value> gradients = Gradient.Of(loss, graph.Parameters);
        graph.Output("loss", loss);
        foreach (var (name, part) in parts) graph.Output(name, part.Identity());
        for (int i = 0; i < gradients.Count; i++) graph.Output("gradient." + graph.Parameters[i].Name, gradients[i]);
        return graph;
    }
}
