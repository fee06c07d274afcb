using System.Globalization;
using Alignment.Onnx.Bundles;

namespace Alignment.Tests.Tools.TinyModel;

/// <summary>The README.md of the tiny bundle; its figures come from the manifest, so they cannot go stale.</summary>
static partial class TinyCard
{
    const string Untrained = """
        **It is untrained.** Its weights are a seeded initialisation. It exercises every step of the program – tokenizer, text encoder,
        denoising under control and guidance, decoding, compositing – but the pictures it makes are texture, not products, and no
        conclusion about viewers can be drawn from them.
        """;

    const string Folder = "Alignment.Tests/Tools/TinyModel";

    public static string Text(BundleManifest manifest)
    {
        string sides = Number(manifest.ImageMultiple), factor = Number(manifest.VaeFactor);
        string tokens = Number(manifest.Tokenizer.Length), words = Number(manifest.Tokenizer.VocabularySize);
        const string other = "other text is spelt in bytes, any language";
        return $"""
        # tiny – the bundled model

        Stable Diffusion 1.5's architecture (CLIP text encoder, UNet, ControlNet with two control channels, autoencoder), made small.

        {(manifest.ControlTrained == true ? TrainedText(manifest) : Untrained)}

        For real work import a Stable Diffusion 1.5 model, and train or import a ControlNet: `alignment models import --from DIR --out DIR`,
        `alignment train --data DIR --model BUNDLE --out DIR`.

        ## Numbers

        | model | parameters |
        | --- | ---: |
        {string.Join("\n", manifest.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $"| `{p.Key}` | {Number(p.Value)} |"))}
        | together | {Number(manifest.Parameters.Values.Sum())} |

        - Pictures: sides that are multiples of {sides} pixels; made for 128x128. One latent is {factor}x{factor} pixels.
        - Control: {Number(manifest.ControlChannels)} channels, keyword mask and attention, 0 to 1.
        - Prompts: {tokens} tokens of a vocabulary of {words}, trained over a list of product words; {other}.
        {(manifest.Recommended is { } r ? string.Create(CultureInfo.InvariantCulture,
            $"- Edited with guidance {r.Guidance} and strength {r.Strength} unless told otherwise; `docs/held-out.md` says why.\n")
            : "")}- Origin: {manifest.Origin}.
        - Licence: {manifest.License}.

        Every file here is written by `TinyBundle.Write` in `{Folder}`; a test authors them again from the weights in them and
        compares the bytes. Do not edit them by hand.

        """;
    }

    static string TrainedText(BundleManifest manifest) =>
        $"{Trained}\n{(manifest.Parameters.ContainsKey(BundleFiles.ClipSeg) ? Masks : "")}\n{Results}";

    static string Number(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);
}
